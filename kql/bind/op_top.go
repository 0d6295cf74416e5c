package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// top yields the first rows of an order, in that order.
func (b *binder) top(sc *scope, in table, op *syntax.TopOp) table {
	n := b.rowCount(sc, in, op.Count)
	key := b.sortKey(sc.withRow(in), op.By)
	b.refuseDynamic(op.By.X, key.Expr.Type())
	out := in.over(plan.NewTop(in.node, n, []plan.SortKey{key}))
	out.ordered, out.serialized = true, true
	return out
}

// rowCount binds a number of rows: a constant integer. Microsoft's analyzer takes
// one of the columns of in, too.
func (b *binder) rowCount(sc *scope, in table, e syntax.Expr) plan.Expr {
	declared := false
	syntax.Walk(e, func(n syntax.Node) bool {
		if id, ok := n.(*syntax.Ident); ok && !declared {
			_, declared = sc.lookup(id.Name)
		}
		return true
	})
	if !declared {
		sc = sc.withRow(in)
	}
	v := b.scalar(sc, e)
	if !v.unknown() && !b.isConstant(v.expr) {
		b.refuse(constantExpected(e))
		v = unknownOf(v.typ())
	}
	if t := v.typ(); t != types.Unknown && !t.IsInteger() {
		b.report(integerExpected(e))
		return unknownOf(types.Long).expr
	}
	return v.expr
}
