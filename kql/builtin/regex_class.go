package builtin

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A runeSet is a set of code points as sorted, disjoint, inclusive ranges.
type runeSet []runeRange

type runeRange struct{ lo, hi rune }

// newRuneSet sorts and merges ranges.
func newRuneSet(ranges ...runeRange) runeSet {
	rs := slices.Clone(ranges)
	slices.SortFunc(rs, func(a, b runeRange) int { return int(a.lo - b.lo) })
	out := rs[:0]
	for _, r := range rs {
		if n := len(out); n > 0 && r.lo <= out[n-1].hi+1 {
			out[n-1].hi = max(out[n-1].hi, r.hi)
			continue
		}
		out = append(out, r)
	}
	return out
}

func tableSet(tables ...*unicode.RangeTable) runeSet {
	var rs []runeRange
	for _, t := range tables {
		for _, r := range t.R16 {
			rs = appendStrided(rs, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
		for _, r := range t.R32 {
			rs = appendStrided(rs, rune(r.Lo), rune(r.Hi), rune(r.Stride))
		}
	}
	return newRuneSet(rs...)
}

func appendStrided(rs []runeRange, lo, hi, stride rune) []runeRange {
	if stride == 1 {
		return append(rs, runeRange{lo, hi})
	}
	for r := lo; r <= hi; r += stride {
		rs = append(rs, runeRange{r, r})
	}
	return rs
}

func (s runeSet) union(t runeSet) runeSet { return newRuneSet(append(slices.Clone(s), t...)...) }

func (s runeSet) negate() runeSet {
	var out runeSet
	next := rune(0)
	for _, r := range s {
		if r.lo > next {
			out = append(out, runeRange{next, r.lo - 1})
		}
		next = r.hi + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, runeRange{next, unicode.MaxRune})
	}
	return out
}

func (s runeSet) intersect(t runeSet) runeSet { return s.negate().union(t.negate()).negate() }

func (s runeSet) subtract(t runeSet) runeSet { return s.intersect(t.negate()) }

// fold adds every code point that differs from one in s by case only. Very wide
// ranges are taken to hold theirs already.
func (s runeSet) fold() runeSet {
	const wide = 1 << 12
	var more []runeRange
	for _, r := range s {
		if r.hi-r.lo > wide {
			continue
		}
		for c := r.lo; c <= r.hi; c++ {
			for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
				more = append(more, runeRange{f, f})
			}
		}
	}
	if more == nil {
		return s
	}
	return newRuneSet(append(more, s...)...)
}

// appendTo appends s as a class of Go's syntax, immune to a flag i around it:
// s is folded already where that was asked for, and folding it again is slow.
func (s runeSet) appendTo(b *strings.Builder) {
	if len(s) == 0 {
		b.WriteString(`[^\x00-\x{10FFFF}]`)
		return
	}
	b.WriteString(`(?-i:[`)
	for _, r := range s {
		appendRune(b, r.lo)
		if r.hi != r.lo {
			b.WriteByte('-')
			appendRune(b, r.hi)
		}
	}
	b.WriteString(`])`)
}

func appendRune(b *strings.Builder, r rune) {
	b.WriteString(`\x{`)
	b.WriteString(strconv.FormatInt(int64(r), 16))
	b.WriteByte('}')
}

// perlSet returns the set of \d, \s or \w; ascii after (?-u).
//
// Source: the Kusto documentation, "Regex syntax", Perl character classes.
func perlSet(letter byte, ascii bool) runeSet {
	switch {
	case letter == 'd' && ascii:
		return runeSet{{'0', '9'}}
	case letter == 'd':
		return tableSet(unicode.Nd)
	case letter == 's' && ascii:
		return runeSet{{'\t', '\r'}, {' ', ' '}}
	case letter == 's':
		return tableSet(unicode.White_Space)
	case ascii:
		return runeSet{{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}
	}
	return tableSet(unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control)
}

// isWordRune reports whether r is matched by \w.
func isWordRune(r rune) bool {
	if r < 0x80 {
		return r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z'
	}
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Other_Alphabetic, unicode.M, unicode.Nd, unicode.Pc, unicode.Join_Control)
}

// posixSet returns the set of [:name:].
func posixSet(name string) (runeSet, bool) {
	switch name {
	case "alnum":
		return runeSet{{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, true
	case "alpha":
		return runeSet{{'A', 'Z'}, {'a', 'z'}}, true
	case "ascii":
		return runeSet{{0, 0x7f}}, true
	case "blank":
		return runeSet{{'\t', '\t'}, {' ', ' '}}, true
	case "cntrl":
		return runeSet{{0, 0x1f}, {0x7f, 0x7f}}, true
	case "digit":
		return runeSet{{'0', '9'}}, true
	case "graph":
		return runeSet{{'!', '~'}}, true
	case "lower":
		return runeSet{{'a', 'z'}}, true
	case "print":
		return runeSet{{' ', '~'}}, true
	case "punct":
		return runeSet{{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, true
	case "space":
		return runeSet{{'\t', '\r'}, {' ', ' '}}, true
	case "upper":
		return runeSet{{'A', 'Z'}}, true
	case "word":
		return perlSet('w', true), true
	case "xdigit":
		return runeSet{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, true
	}
	return nil, false
}

// unicodeSet returns the set of \p{name}: a category, a script or a property.
// Case, blanks, '-' and '_' in the name do not count; "script=" and the like
// may stand before it.
func unicodeSet(name string) (runeSet, bool) {
	if _, value, ok := strings.Cut(name, "="); ok {
		name = value
	}
	want := looseName(name)
	switch want {
	case "any":
		return runeSet{{0, unicode.MaxRune}}, true
	case "ascii":
		return runeSet{{0, 0x7f}}, true
	case "alphabetic", "alpha":
		return tableSet(unicode.L, unicode.Nl, unicode.Other_Alphabetic), true
	case "uppercase", "upper":
		return tableSet(unicode.Lu, unicode.Other_Uppercase), true
	case "lowercase", "lower":
		return tableSet(unicode.Ll, unicode.Other_Lowercase), true
	}
	for alias, category := range unicode.CategoryAliases {
		if looseName(alias) == want {
			want = looseName(category)
		}
	}
	for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts, unicode.Properties} {
		for n, t := range tables {
			if looseName(n) == want {
				return tableSet(t), true
			}
		}
	}
	return nil, false
}

func looseName(s string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "").Replace(strings.ToLower(s))
}
