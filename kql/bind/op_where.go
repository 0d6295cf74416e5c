package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

func (b *binder) where(sc *scope, in table, op *syntax.WhereOp) table {
	cond := b.condition(sc.withRow(in), op.Cond)
	if plan.HasWindow(cond) {
		return in.over(filterByWindow(in, cond))
	}
	return in.over(plan.NewFilter(in.node, cond))
}

// filterByWindow computes a condition that reads neighbouring rows as a column of
// its own first: it must see all rows, also those that it drops.
func filterByWindow(in table, cond plan.Expr) plan.Node {
	s := in.schema()
	wide := types.Schema{Columns: append(append([]types.Column(nil), s.Columns...), types.Column{Type: types.Bool})}
	seen := &plan.Project{Input: in.node, Exprs: append(columnsFrom(s, 0, s.Len()), cond), Out: wide}
	kept := plan.NewFilter(seen, columnAt(wide, s.Len()))
	return &plan.Project{Input: kept, Exprs: columnsFrom(s, 0, s.Len()), Out: s}
}
