package builtin

import (
	"strings"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// splitting are split() and the functions between texts and code points.
func splitting() function.Family {
	fromPoints := func(name string) function.Overload {
		return function.Overload{
			Sig:    name + "(value...: integer|array): string",
			Kernel: rowKernel([]types.Type{types.Unknown}, types.String, fromCodepoints),
		}
	}
	toPoints := func(name string) function.Overload {
		return function.Overload{Sig: name + "(value: scalar): dynamic", Kernel: function.Map1(types.String, types.Dynamic, codepoints)}
	}
	return function.Family{Title: "Splitting strings", Scalars: []function.Scalar{
		{
			Doc: "Splits a text at a delimiter into an array; with an index, into the array of that part alone.",
			Overloads: []function.Overload{{
				Sig:    "split(source: scalar, delimiter: string, requestedIndex?: integer): dynamic",
				Kernel: rowKernel([]types.Type{types.String, types.String, types.Long}, types.Dynamic, splitRows),
			}},
			Examples:   []string{`split("a__b", "_") -> ["a","","b"]`, `split("aaa_bbb_ccc", "_", 1) -> ["bbb"]`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc:       "Returns the array of the code points of a text.",
			Overloads: []function.Overload{toPoints("unicode_codepoints_from_string")},
			Examples:  []string{`unicode_codepoints_from_string("Kü") -> [75,252]`},
		},
		{
			Doc:       "Returns the array of the code points of a text.",
			Overloads: []function.Overload{toPoints("to_utf8")},
			Examples:  []string{`to_utf8("Kü") -> [75,252]`},
			Hidden:    true, Obsolete: "unicode_codepoints_from_string",
		},
		{
			Doc:       "Returns the text of the code points given, as numbers or in arrays; empty if one is no code point.",
			Overloads: []function.Overload{fromPoints("unicode_codepoints_to_string")},
			Examples:  []string{`unicode_codepoints_to_string(75, dynamic([117, 115])) -> Kus`},
		},
		{
			Doc:       "Returns the text of the code points given, as numbers or in arrays; empty if one is no code point.",
			Overloads: []function.Overload{fromPoints("make_string")},
			Examples:  []string{`make_string(75, 117) -> Ku`},
			Hidden:    true, Obsolete: "unicode_codepoints_to_string",
		},
	}}
}

func splitRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	text, delim := column.ViewOf[string](args[0]), column.ViewOf[string](args[1])
	var index column.View[int64]
	if len(args) > 2 {
		index = column.ViewOf[int64](args[2])
	}
	out := make([]dynamic.Value, n)
	var b dynamic.ArrayBuilder
	for i := range out {
		if len(args) > 2 {
			if part, ok := nthPart(text.At(i), delim.At(i), index.At(i)); ok && !index.Null(i) {
				b.AppendString(part)
			}
		} else {
			appendParts(&b, text.At(i), delim.At(i))
		}
		out[i] = b.Value()
	}
	return column.NewVec(c.Out, out, nil), nil
}

// appendParts appends the parts of s; an empty delimiter splits nothing.
func appendParts(b *dynamic.ArrayBuilder, s, delim string) {
	for delim != "" {
		part, rest, found := strings.Cut(s, delim)
		if !found {
			break
		}
		b.AppendString(part)
		s = rest
	}
	b.AppendString(s)
}

func nthPart(s, delim string, n int64) (part string, ok bool) {
	if n < 0 || delim == "" && n > 0 {
		return "", false
	}
	if delim == "" {
		return s, true
	}
	for {
		part, rest, found := strings.Cut(s, delim)
		if n == 0 {
			return part, true
		}
		if !found {
			return "", false
		}
		s = rest
		n--
	}
}

func codepoints(s string) dynamic.Value {
	var b dynamic.ArrayBuilder
	for _, r := range s {
		b.AppendLong(int64(r))
	}
	return b.Value()
}

func fromCodepoints(c *function.Call, args []column.Column, n int) (column.Column, error) {
	out := make([]string, n)
	var buf []byte
	for i := range out {
		buf = buf[:0]
		ok := true
		for _, a := range args {
			if buf, ok = appendCodepoints(buf, a, i); !ok {
				break
			}
		}
		if ok {
			out[i] = string(buf)
		}
	}
	return column.NewVec(c.Out, out, nil), nil
}

// appendCodepoints appends what row i of a holds: a number or an array of them.
func appendCodepoints(buf []byte, a column.Column, i int) ([]byte, bool) {
	if a.Type() != types.Dynamic {
		v := column.ViewOf[int64](a)
		return appendCodepoint(buf, v.At(i), !v.Null(i))
	}
	v := column.ViewOf[dynamic.Value](a)
	if n, ok := v.At(i).AsLong(); ok {
		return appendCodepoint(buf, n, true)
	}
	ok := v.At(i).Kind() == dynamic.Array
	for _, e := range v.At(i).Elements() {
		n, isLong := e.AsLong()
		if buf, ok = appendCodepoint(buf, n, isLong); !ok {
			break
		}
	}
	return buf, ok
}

func appendCodepoint(buf []byte, n int64, ok bool) ([]byte, bool) {
	if !ok || n < 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return buf, false
	}
	return utf8.AppendRune(buf, rune(n)), true
}
