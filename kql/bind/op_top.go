package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// top yields the first rows of an order, in that order.
func (b *binder) top(sc *scope, in table, op *syntax.TopOp) table {
	n := b.rowCount(sc, op.Count)
	key := b.sortKey(sc.withRow(in), op.By)
	b.refuseDynamic(op.By.X, key.Expr.Type())
	out := in.over(&plan.Top{Input: in.node, N: n, Keys: []plan.SortKey{key}})
	out.ordered, out.serialized = true, true
	return out
}

// rowCount binds a number of rows: a constant integer.
func (b *binder) rowCount(sc *scope, e syntax.Expr) plan.Expr {
	v := b.checkConstant(e, b.scalar(sc, e))
	if !v.unknown() && !v.typ().IsInteger() {
		b.report(integerExpected(e))
		return unknownOf(types.Long).expr
	}
	return v.expr
}
