package builtin

import (
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// hasList declares has_any or, with all, has_all.
func hasList(name, doc string, all bool, examples ...string) function.Scalar {
	in := []types.Type{types.String, types.Unknown}
	kernel := function.Kernel{In: in, Out: types.Bool, Transient: true, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			return hasTerms(c, args, n, all)
		})
	}}
	o := function.Overload{Sig: name + "(text: string, term...: scalar): bool", Kernel: kernel}
	return function.Scalar{Doc: doc, Overloads: []function.Overload{o, fromDynamic(o, 0)}, Examples: examples}
}

func hasTerms(c *function.Call, args []column.Column, n int, all bool) (column.Column, error) {
	fill := func(row int) (*termList, error) {
		l := &termList{}
		eachItem(args[1:], row, func(v dynamic.Value) {
			if !v.IsNull() {
				l.add(v.String(), all)
			}
		})
		return l, nil
	}
	texts := operandOf[string](args[0])
	out := make([]bool, n)
	ones, constant := constantItems(args[1:])
	if !constant {
		for i := range out {
			l, _ := fill(i)
			at := i
			if texts.fixed {
				at = 0
			}
			out[i] = l.in(texts.vals[at], all)
		}
		return column.NewVec(c.Out, out, nil), nil
	}
	l, err := memoizeList(c, ones, func() (*termList, error) { return fill(0) })
	if err != nil {
		return nil, err
	}
	for i, s := range texts.vals[:n] {
		out[i] = l.in(s, all)
	}
	return column.NewVec(c.Out, out, nil), nil
}

// A termList is the list of a has_any or has_all. For has_any, what is one ASCII
// term each is looked up in a set while a text is read once; the rest is looked
// for one after the other.
type termList struct {
	terms   map[string]struct{} // in lower case
	needles []*needle
}

func (l *termList) add(text string, all bool) {
	if !all && len(l.needles) >= fewItems && isTerm(text) {
		if l.terms == nil {
			l.terms = map[string]struct{}{}
		}
		l.terms[foldedNeedle(text).text] = struct{}{}
		return
	}
	l.needles = append(l.needles, foldedNeedle(text))
}

func isTerm(text string) bool {
	for i := range len(text) {
		if !isAlphanumeric(text[i]) {
			return false
		}
	}
	return text != ""
}

func (l *termList) in(s string, all bool) bool {
	for _, n := range l.needles {
		if n.in(s, true, true) != all {
			return !all
		}
	}
	return all || l.terms != nil && l.anyTermOf(s)
}

// anyTermOf reports whether a term of s is in the set.
func (l *termList) anyTermOf(s string) bool {
	for i := 0; i < len(s); {
		if !alphanumericAt(s, i) {
			i++
			for i < len(s) && !utf8.RuneStart(s[i]) {
				i++
			}
			continue
		}
		from := i
		for i < len(s) && (s[i] >= utf8.RuneSelf && (!utf8.RuneStart(s[i]) || alphanumericAt(s, i)) || s[i] < utf8.RuneSelf && isAlphanumeric(s[i])) {
			i++
		}
		if hasLowered(l.terms, s[from:i]) {
			return true
		}
	}
	return false
}
