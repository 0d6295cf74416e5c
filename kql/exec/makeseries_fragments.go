package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// ask adds to a question what an axis makes of rows: the steps, whose numbers say
// nothing of its ends, and the ends, within which all rows of most parts are. It is
// !ok for axes of fractions, whose steps depend on where they begin.
func (x *seriesAxis) ask(q *question, c *chain) (ok bool) {
	s, ok := x.steps.(*steps[int64])
	if !ok {
		return false
	}
	w := &fingerprinter{out: q.rest}
	w.text("axis")
	if !w.expr(x.expr) {
		return false
	}
	w.numbers(int(s.origin), int(s.step))
	q.rest = w.out
	from, to, hasFrom, hasTo := s.ends()
	if hasFrom {
		q.limit(c.origin(x.expr), x.expr.Type(), plan.HintGreaterEqual, from)
	}
	if hasTo {
		q.limit(c.origin(x.expr), x.expr.Type(), plan.HintLess, to)
	}
	return true
}

// limit adds a condition on a value to a question. col is the column of the table that
// has it; -1 if none does.
func (q *question) limit(col int, t types.Type, op plan.HintOp, v int64) {
	w := &fingerprinter{}
	w.text("limit")
	w.numbers(int(op), int(v))
	c := askedCond{text: w.out, fixed: true}
	if col >= 0 {
		c.hints = []plan.Hint{{Column: col, Op: op, Values: column.NewVec(t, []int64{v}, nil)}}
	}
	q.conds = append(q.conds, c)
}

// origin returns the column of the chain's table that an expression over its rows has
// the values of; -1 if there is none.
func (c *chain) origin(e plan.Expr) int {
	for _, n := range c.nodes {
		col, ok := e.(*plan.Column)
		if !ok {
			return -1
		}
		switch n := n.(type) {
		case *plan.Filter:
		case *plan.Project:
			e = n.Exprs[col.Index]
		default:
			return -1
		}
	}
	if col, ok := e.(*plan.Column); ok {
		return c.read.Columns[col.Index]
	}
	return -1
}
