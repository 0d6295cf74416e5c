package builtin

import (
	"strings"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// stringBasics are the functions that measure, change or compare whole texts.
// Positions and lengths count code points.
func stringBasics() function.Family {
	return function.Family{Title: "String functions", Scalars: []function.Scalar{
		textFunction("tolower(value: scalar): string", "Returns the text in lower case.", strings.ToLower, `tolower("Hello") -> hello`),
		textFunction("toupper(value: scalar): string", "Returns the text in upper case.", strings.ToUpper, `toupper("Hello") -> HELLO`),
		textFunction("reverse(value: scalar): string", "Returns the characters of the text from the last to the first.", reverseText,
			`reverse("abc") -> cba`, `reverse(123.45) -> 54.321`),
		{
			Doc:        "Counts the characters of a text: its Unicode code points.",
			Overloads:  []function.Overload{{Sig: "strlen(string: string|dynamic): long", Kernel: textLength(utf8.RuneCountInString)}},
			Examples:   []string{`strlen("hello") -> 5`, `strlen("日本") -> 2`},
			ResultName: function.NamePrefix,
		},
		{
			Doc:        "Returns the size of a text in bytes of UTF-8.",
			Overloads:  []function.Overload{{Sig: "string_size(string: string|dynamic): long", Kernel: textLength(func(s string) int { return len(s) })}},
			Examples:   []string{`string_size("hello") -> 5`, `string_size("日本") -> 6`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Compares two texts by their bytes: -1, 0 or 1.",
			Overloads: []function.Overload{{Sig: "strcmp(s1: scalar, s2: scalar): long",
				Kernel: function.Map2(types.String, types.String, types.Long, func(a, b string) int64 { return int64(strings.Compare(a, b)) })}},
			Examples: []string{`strcmp("abc", "abd") -> -1`, `strcmp("b", "abc") -> 1`},
		},
		{
			Doc:       "Tells whether a text is ASCII throughout.",
			Overloads: []function.Overload{{Sig: "isascii(value: scalar): bool", Kernel: function.Map1(types.String, types.Bool, isASCII)}},
			Examples:  []string{`isascii("hello") -> true`, `isascii("é") -> false`},
		},
		{
			Doc:       "Tells whether a text is valid UTF-8.",
			Overloads: []function.Overload{{Sig: "isutf8(value: scalar): bool", Kernel: function.Map1(types.String, types.Bool, utf8.ValidString)}},
			Examples:  []string{`isutf8("é") -> true`},
		},
		substringFunction(),
	}}
}

// textFunction declares a function from a text to a text that needs nothing else.
func textFunction(sig, doc string, f func(string) string, examples ...string) function.Scalar {
	return function.Scalar{
		Doc:       doc,
		Overloads: []function.Overload{{Sig: sig, Kernel: function.Map1(types.String, types.String, f)}},
		Examples:  examples,
	}
}

func textLength(f func(string) int) function.Kernel {
	return function.Map1(types.String, types.Long, func(s string) int64 { return int64(f(s)) })
}

// reverseText reverses s by code points.
func reverseText(s string) string {
	out := make([]byte, len(s))
	end := len(s)
	for i := 0; i < len(s); {
		n := 1
		if s[i] >= utf8.RuneSelf {
			_, n = utf8.DecodeRuneInString(s[i:])
		}
		end -= n
		copy(out[end:], s[i:i+n])
		i += n
	}
	return string(out)
}

func substringFunction() function.Scalar {
	in := []types.Type{types.String, types.Long, types.Long}
	return function.Scalar{
		Doc: "Returns the part of a text that begins at a position, counted from 0 or, if negative, from the end; of a length, or up to the end.",
		Overloads: []function.Overload{{
			Sig: "substring(string: scalar, start: integer, length?: integer): string",
			Kernel: rowKernel(in, types.String, func(c *function.Call, args []column.Column, n int) (column.Column, error) {
				text, start := column.ViewOf[string](args[0]), column.ViewOf[int64](args[1])
				out := make([]string, n)
				if len(args) < 3 {
					for i := range out {
						if !start.Null(i) {
							out[i] = substring(text.At(i), start.At(i), noLength)
						}
					}
					return column.NewVec(c.Out, out, nil), nil
				}
				length := column.ViewOf[int64](args[2])
				for i := range out {
					if !start.Null(i) && !length.Null(i) {
						out[i] = substring(text.At(i), start.At(i), max(length.At(i), 0))
					}
				}
				return column.NewVec(c.Out, out, nil), nil
			}),
		}},
		Examples: []string{`substring("123456", 2, 2) -> 34`, `substring("123456", -2) -> 56`, `substring("abc", 5) -> `},
	}
}

// noLength is the length of a substring up to the end.
const noLength = -1

// substring returns length code points of s from start on, or all for noLength.
// A negative start counts from the end; one before the beginning gives nothing.
func substring(s string, start, length int64) string {
	if start < 0 {
		if start += int64(utf8.RuneCountInString(s)); start < 0 {
			return ""
		}
	}
	from := runeOffset(s, start)
	if from < 0 {
		return ""
	}
	s = s[from:]
	if length != noLength {
		if end := runeOffset(s, length); end >= 0 {
			return s[:end]
		}
	}
	return s
}

// runeOffset returns where code point n of s begins, len(s) for the position
// after the last, or -1 beyond.
func runeOffset(s string, n int64) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	if n > 0 {
		return -1
	}
	return i
}

// rowKernel is the kernel that runs loop as [function.OverOne] does: over the
// distinct values where one argument alone varies and is a dictionary, over one
// row where none varies.
func rowKernel(in []types.Type, out types.Type, loop func(c *function.Call, args []column.Column, n int) (column.Column, error)) function.Kernel {
	return function.Kernel{In: in, Out: out, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) { return loop(c, args, n) })
	}}
}
