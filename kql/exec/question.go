package exec

import (
	"crypto/sha256"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// A question is what a query asks of each part of a table: the rows that a
// condition leaves, or what is made of them. Conditions that all rows of a part
// fulfil are not in its key: a window that moves leaves the same of a part that lies
// within it.
type question struct {
	kept  plan.Fragments
	conds []askedCond
	hints []askedCond
	rest  []byte // what else the answer depends on
	forms map[string]*questionForm
}

// An askedCond is a condition, or a hint, that rows must fulfil.
type askedCond struct {
	hints []plan.Hint // that are together as much as the condition; nil if it is more
	text  []byte
	fixed bool // it depends on the row alone
}

// A questionForm is a question without the conditions that some parts fulfil.
type questionForm struct {
	digest [32]byte
	fixed  bool // answers depend on the part alone
	closed bool // no condition is in it that smaller parts may be without
	wanted bool // it was asked before
}

// newQuestion returns the question of the rows that filters, directly above read,
// leave. more, if not nil, adds what else is asked; it reports false if that depends
// on more than the rows, such as the time.
func newQuestion(kept plan.Fragments, read *plan.Read, filters []plan.Expr, more func(*fingerprinter) bool) (*question, bool) {
	q := &question{kept: kept, forms: map[string]*questionForm{}}
	s := read.Source.Schema()
	w := &fingerprinter{}
	w.number(len(read.Columns))
	for _, c := range read.Columns {
		w.text(s.Columns[c].Name)
		w.text(s.Columns[c].Type.String())
	}
	if more != nil && !more(w) {
		return nil, false
	}
	q.rest = w.out
	for _, f := range filters {
		conds := []plan.Expr{f}
		if and, isAnd := f.(*plan.And); isAnd {
			conds = and.Args
		}
		for _, c := range conds {
			w := &fingerprinter{}
			fixed := w.expr(c)
			q.conds = append(q.conds, askedCond{hints: equivalent(c, read), text: w.out, fixed: fixed})
		}
	}
	for _, h := range read.Hints {
		w := &fingerprinter{}
		w.text(s.Columns[h.Column].Name)
		w.number(int(h.Op))
		w.number(h.Values.Len())
		fixed := true
		for i := range h.Values.Len() {
			fixed = fixed && w.value(h.Values, i)
		}
		q.hints = append(q.hints, askedCond{hints: []plan.Hint{h}, text: w.out, fixed: fixed})
	}
	return q, true
}

// equivalent returns hints that hold for exactly the rows that fulfil a comparison;
// nil for other conditions.
func equivalent(e plan.Expr, read *plan.Read) []plan.Hint {
	call, ok := e.(*plan.Call)
	if !ok {
		return nil
	}
	wanted := 1
	switch call.Fn.Name {
	case "<", "<=", ">", ">=":
	case "between":
		wanted = 2
	default:
		return nil
	}
	hints := hintsOf(e)
	if len(hints) != wanted {
		return nil
	}
	for i := range hints {
		hints[i].Column = read.Columns[hints[i].Column]
	}
	return hints
}

// of returns the form that the question has for a part, and the key of the answer.
func (q *question) of(p plan.Part) (f *questionForm, key [32]byte) {
	if p.ID == "" {
		return &questionForm{}, key
	}
	open := make([]byte, 0, len(q.conds)+len(q.hints))
	fixed, closed := true, true
	for _, list := range [][]askedCond{q.conds, q.hints} {
		for _, c := range list {
			if len(c.hints) > 0 && !slices.ContainsFunc(c.hints, func(h plan.Hint) bool { return !holds(p, h) }) {
				open = append(open, 0)
				continue
			}
			open = append(open, 1)
			fixed, closed = fixed && c.fixed, closed && !slices.ContainsFunc(c.hints, func(h plan.Hint) bool { return isBound(p, h) })
		}
	}
	if f = q.forms[string(open)]; f == nil {
		f = &questionForm{fixed: fixed, closed: closed}
		if fixed {
			f.digest = q.digest(open)
			f.wanted = q.kept.Asked(f.digest)
		}
		q.forms[string(open)] = f
	}
	if f.fixed {
		key = sha256.Sum256(append([]byte(p.ID), f.digest[:]...))
	}
	return f, key
}

// digest is of the question with the conditions and hints that open marks.
func (q *question) digest(open []byte) [32]byte {
	w := &fingerprinter{out: slices.Clone(q.rest)}
	for i, list := range [][]askedCond{q.conds, q.hints} {
		w.number(i)
		for j, c := range list {
			if open[j] != 0 {
				w.number(len(c.text))
				w.out = append(w.out, c.text...)
			}
		}
		open = open[len(list):]
	}
	return sha256.Sum256(w.out)
}

// holds reports whether all rows of a part fulfil a hint.
func holds(p plan.Part, h plan.Hint) bool {
	low, high, x, ok := compared(p, h)
	if !ok {
		return false
	}
	switch h.Op {
	case plan.HintLess:
		return high < x
	case plan.HintLessEqual:
		return high <= x
	case plan.HintGreater:
		return low > x
	case plan.HintGreaterEqual:
		return low >= x
	}
	return false
}

// isBound reports whether the bounds of a part's rows can decide a hint.
func isBound(p plan.Part, h plan.Hint) bool {
	_, _, _, ok := compared(p, h)
	switch h.Op {
	case plan.HintLess, plan.HintLessEqual, plan.HintGreater, plan.HintGreaterEqual:
		return ok
	}
	return false
}

// excludes reports whether no row of a part fulfils a hint.
func excludes(p plan.Part, h plan.Hint) bool {
	low, high, x, ok := compared(p, h)
	if !ok {
		return false
	}
	switch h.Op {
	case plan.HintLess:
		return low >= x
	case plan.HintLessEqual:
		return low > x
	case plan.HintGreater:
		return high <= x
	case plan.HintGreaterEqual:
		return high < x
	}
	return false
}

// compared returns the bounds of a part's column and the number that a hint compares
// it with.
func compared(p plan.Part, h plan.Hint) (low, high, x int64, ok bool) {
	v, ok := h.Values.(*column.Vec[int64])
	if !ok || p.Bounds == nil || v.Len() != 1 || v.Null(0) {
		return 0, 0, 0, false
	}
	low, high, ok = p.Bounds(h.Column)
	return low, high, v.Vals[0], ok
}
