package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// mvApply runs a subquery over the elements of arrays of each row. The result
// has the columns of the input but those that an array was expanded into, then
// the columns of the subquery that are not there yet.
func (b *binder) mvApply(sc *scope, in table, op *syntax.MvApplyOp) table {
	n := &plan.MvApply{Expand: b.expansion(sc, in, op.Params, op.Items, op.Limit)}
	rows := in
	rows.node = n.Expand
	sub, hole := b.subquery(sc, rows, op.Subquery)
	n.Hole, n.Sub = hole, sub.node
	expanded := map[int]bool{}
	for _, c := range n.Expand.Cols {
		expanded[c.To] = true
	}
	taken := map[string]bool{}
	add := func(c types.Column) {
		taken[c.Name] = true
		n.Out.Columns = append(n.Out.Columns, c)
	}
	for i, c := range in.schema().Columns {
		if !expanded[i] {
			n.Keep = append(n.Keep, i)
			add(c)
		}
	}
	for i, c := range sub.schema().Columns {
		if !taken[c.Name] && !c.Hidden {
			n.Take = append(n.Take, i)
			add(c)
		}
	}
	out := in.unordered(n)
	out.open = in.open || sub.open
	return out
}
