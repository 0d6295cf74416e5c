package builtin

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// stringPositions are the functions that find and count occurrences. Positions
// count code points.
func stringPositions() function.Family {
	return function.Family{Title: "Finding in strings", Scalars: []function.Scalar{
		{
			Doc: "Returns the position of an occurrence of a text in another, -1 if there is none, null if the range makes no sense.",
			Overloads: []function.Overload{{
				Sig:    "indexof(string: scalar, match: scalar, start?: integer, length?: integer, occurrence?: const integer): long",
				Kernel: rowKernel(indexArguments, types.Long, indexRows(plainFinder, true)),
			}},
			Examples: []string{`indexof("abcdefg", "cde") -> 2`, `indexof("abcdefg", "cde", 1, 2) -> -1`, `indexof("abcdefg", "cde", -5) -> 2`, `indexof("abcdefgabcdefg", "cde", 1, 10, 2) -> 9`},
		},
		{
			Doc: "Returns the position of a match of a regular expression in a text, -1 if there is none, null if the range makes no sense.",
			Overloads: []function.Overload{{
				Sig:    "indexof_regex(string: scalar, match: const scalar, start?: integer, length?: integer, occurrence?: const integer): long",
				Kernel: rowKernel(indexArguments, types.Long, indexRows(regexFinder, false)),
			}},
			Check:    checkRegex(1),
			Examples: []string{`indexof_regex("abcabc", @"a.c") -> 0`, `indexof_regex("abcabcdefg", @"a.c", 0, 9, 2) -> 3`},
		},
		{
			Doc: "Counts the occurrences of a text in another, which may overlap, or the matches of a regular expression, which do not.",
			Overloads: []function.Overload{{
				Sig:    "countof(source: string, search: string, kind?: literal string): long",
				Kernel: rowKernel([]types.Type{types.String, types.String, types.String}, types.Long, countRows),
			}},
			Check:    checkCount,
			Examples: []string{`countof("aaaa", "aa") -> 3`, `countof("ababa", "aba", "regex") -> 1`},
		},
		{
			Doc: "Returns the position of the first element of an array that is a whole term of a text, in any case; -1 if none is.",
			Overloads: []function.Overload{{
				Sig:    "has_any_index(source: string|dynamic, values: array): long",
				Kernel: rowKernel([]types.Type{types.String, types.Dynamic}, types.Long, hasAnyIndexRows),
			}},
			Examples: []string{`has_any_index("this is an example", dynamic(["not", "example"])) -> 1`},
		},
	}}
}

// checkCount checks the kind of countof(), and the regular expression if it is one.
func checkCount(consts []column.Column) (argument int, err error) {
	regex := false
	argument, err = checkText(2, func(kind string) (err error) {
		regex, err = countKind(kind)
		return err
	})(consts)
	if err != nil || !regex {
		return argument, err
	}
	return checkRegex(1)(consts)
}

var indexArguments = []types.Type{types.String, types.String, types.Long, types.Long, types.Long}

// A finder returns where the first occurrence of match in s begins and where
// the search for the next one goes on; start is -1 if there is none.
type finder func(c *function.Call, s, match string) (start, next int, err error)

func plainFinder(_ *function.Call, s, match string) (start, next int, err error) {
	start = strings.Index(s, match)
	return start, start + 1, nil
}

func regexFinder(c *function.Call, s, match string) (start, next int, err error) {
	m, err := regexFor(c, match)
	if err != nil {
		return -1, 0, err
	}
	start, end, ok := m.findSpan(s)
	if !ok {
		return -1, 0, nil
	}
	if end == start {
		_, size := utf8.DecodeRuneInString(s[start:])
		end += max(size, 1)
	}
	return start, end, nil
}

// indexRows is the loop of indexof() and, with fromEnd false, indexof_regex():
// fromEnd lets a negative start count from the end.
func indexRows(find finder, fromEnd bool) func(c *function.Call, args []column.Column, n int) (column.Column, error) {
	return func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		text, match := column.ViewOf[string](args[0]), column.ViewOf[string](args[1])
		numbers := [3]column.View[int64]{}
		for k := range numbers {
			numbers[k] = column.ViewOf[int64](column.NewConst[int64](types.Long, []int64{0, -1, 1}[k], n))
			if k+2 < len(args) {
				numbers[k] = column.ViewOf[int64](args[k+2])
			}
		}
		out := column.NewTypedBuilder[int64](c.Out, n)
		for i := range n {
			start, length, nth := numbers[0].At(i), numbers[1].At(i), numbers[2].At(i)
			s := text.At(i)
			if start < 0 && fromEnd {
				start += int64(utf8.RuneCountInString(s))
			}
			if numbers[0].Null(i) || numbers[1].Null(i) || numbers[2].Null(i) || start < 0 || length < -1 || nth < 1 {
				out.AppendNull()
				continue
			}
			at, err := indexWithin(c, s, match.At(i), start, length, nth, find)
			if err != nil {
				return nil, err
			}
			out.Append(at)
		}
		return out.Finish(), nil
	}
}

// indexWithin looks for the nth occurrence from code point start on. length
// bounds the search for each occurrence anew, counted from where it begins.
func indexWithin(c *function.Call, s, match string, start, length, nth int64, find finder) (int64, error) {
	from := runeOffset(s, start)
	for from >= 0 && from <= len(s) {
		window := s[from:]
		if length >= 0 {
			if end := runeOffset(window, length); end >= 0 {
				window = window[:end]
			}
		}
		at, next, err := find(c, window, match)
		if at < 0 || err != nil {
			return -1, err
		}
		if nth--; nth == 0 {
			return int64(utf8.RuneCountInString(s[:from+at])), nil
		}
		from += next
	}
	return -1, nil
}

// countKind reports whether countof() looks for a regular expression.
func countKind(kind string) (regex bool, err error) {
	switch kind {
	case "normal":
		return false, nil
	case "regex":
		return true, nil
	}
	return false, unknownWord(kind, "normal, regex")
}

func countRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	text, search := column.ViewOf[string](args[0]), column.ViewOf[string](args[1])
	regex := false
	if len(args) > 2 && n > 0 {
		kind := column.ViewOf[string](args[2])
		var err error
		if regex, err = countKind(kind.At(0)); err != nil {
			return nil, fmt.Errorf("countof(): %w", err)
		}
	}
	out := make([]int64, n)
	for i := range out {
		if !regex {
			out[i] = countOverlapping(text.At(i), search.At(i))
			continue
		}
		m, err := regexFor(c, search.At(i))
		if err != nil {
			return nil, err
		}
		out[i] = int64(len(m.findAll(text.At(i))))
	}
	return column.NewVec(c.Out, out, nil), nil
}

// countOverlapping counts where part occurs in s; the empty text does nowhere.
func countOverlapping(s, part string) int64 {
	if part == "" {
		return 0
	}
	n := int64(0)
	for {
		at := strings.Index(s, part)
		if at < 0 {
			return n
		}
		n++
		s = s[at+1:]
	}
}

// termNeedles is a memo key: the elements of an array as terms to look for.
type termNeedles struct{ encoding string }

func hasAnyIndexRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	text, values := column.ViewOf[string](args[0]), column.ViewOf[dynamic.Value](args[1])
	out := make([]int64, n)
	for i := range out {
		v := values.At(i)
		terms, err := function.Memoize(c, termNeedles{v.Encoding()}, func() ([]*needle, error) {
			var ns []*needle
			for _, e := range v.Elements() {
				ns = append(ns, foldedNeedle(e.String()))
			}
			return ns, nil
		})
		if err != nil {
			return nil, err
		}
		out[i] = -1
		for k, term := range terms {
			if term.in(text.At(i), true, true) {
				out[i] = int64(k)
				break
			}
		}
	}
	return column.NewVec(c.Out, out, nil), nil
}
