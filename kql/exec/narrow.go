package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// narrow returns n with the hint that column col of its output fulfils h.Op and
// h.Values given to every table that the column comes from; n itself if that
// is not possible. Rows that do not fulfil the hint may then be missing from
// n's output, so the caller must drop them anyway.
func (q *query) narrow(n plan.Node, col int, h plan.Hint) plan.Node {
	out := q.narrowed(n, col, h)
	q.rewritten(n, out)
	return out
}

func (q *query) narrowed(n plan.Node, col int, h plan.Hint) plan.Node {
	switch n := n.(type) {
	case *plan.Read:
		return narrowRead(n, col, h)
	case *plan.Filter:
		return q.narrowInput(n, n.Input, col, h)
	case *plan.Sort:
		return q.narrowInput(n, n.Input, col, h)
	case *plan.Serialize:
		return q.narrowInput(n, n.Input, col, h)
	case *plan.Project:
		for _, e := range n.Exprs {
			if plan.HasWindow(e) {
				return n // what a window sees must stay whole
			}
		}
		if c, ok := n.Exprs[col].(*plan.Column); ok {
			return q.narrowInput(n, n.Input, c.Index, h)
		}
	case *plan.Aggregate:
		// Whole groups go missing, which the caller drops.
		if col < len(n.Keys) {
			if c, ok := n.Keys[col].(*plan.Column); ok {
				return q.narrowInput(n, n.Input, c.Index, h)
			}
		}
	case *plan.Parse:
		for _, s := range n.Steps {
			if s.To == col {
				return n
			}
		}
		if col < n.Input.Schema().Len() {
			return q.narrowInput(n, n.Input, col, h)
		}
	case *plan.MvExpand:
		for _, c := range n.Cols {
			if c.To == col {
				return n
			}
		}
		if col < n.Input.Schema().Len() {
			return q.narrowInput(n, n.Input, col, h)
		}
	case *plan.Union:
		parts := make([]plan.Node, len(n.Parts))
		changed := false
		for i, p := range n.Parts {
			parts[i] = q.narrow(p, col, h)
			changed = changed || parts[i] != p
		}
		if changed {
			return n.WithInputs(parts)
		}
	}
	return n
}

func (q *query) narrowInput(n, input plan.Node, col int, h plan.Hint) plan.Node {
	in := q.narrow(input, col, h)
	if in == input {
		return n
	}
	return n.WithInputs([]plan.Node{in})
}

func narrowRead(n *plan.Read, col int, h plan.Hint) plan.Node {
	h.Column = n.Columns[col]
	own := n.Source.Schema().Columns[h.Column].Type
	isText := (h.Op == plan.HintHas || h.Op == plan.HintHasAny) && own == types.Dynamic
	if n.Limit > 0 || own != h.Values.Type() && !isText {
		return n
	}
	for _, old := range n.Hints {
		if sameHint(old, h) {
			return n
		}
	}
	c := *n
	c.Hints = append(append([]plan.Hint(nil), n.Hints...), h)
	return &c
}

func sameHint(a, b plan.Hint) bool {
	if a.Column != b.Column || a.Op != b.Op || a.Values.Len() != b.Values.Len() || a.Values.Type() != b.Values.Type() {
		return false
	}
	t := newKeyTable(a.Values.Type())
	n := a.Values.Len()
	x, y := make([]uint32, n), make([]uint32, n)
	t.add(column.Flat(a.Values), x)
	t.find(column.Flat(b.Values), y)
	for i := range x {
		if x[i] != y[i] {
			return false
		}
	}
	return true
}

// narrowFilter hands the conditions of f that a table can check on to the
// tables below it.
func (q *query) narrowFilter(f *plan.Filter) plan.Node {
	conds := []plan.Expr{f.Cond}
	if and, ok := f.Cond.(*plan.And); ok {
		conds = and.Args
	}
	in := f.Input
	for _, c := range conds {
		for _, h := range hintsOf(c) {
			in = q.narrow(in, h.Column, h)
		}
	}
	if in == f.Input {
		return f
	}
	return f.WithInputs([]plan.Node{in})
}
