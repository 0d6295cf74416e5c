package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// sort orders the rows, and fixes that order.
func (b *binder) sort(sc *scope, in table, op *syntax.SortOp) table {
	rows := sc.withRow(in)
	keys := make([]plan.SortKey, 0, len(op.By))
	for _, o := range op.By {
		key := b.sortKey(rows, o)
		b.notDynamic(o.X, key.Expr.Type())
		keys = append(keys, key)
	}
	out := in.over(plan.NewSort(in.node, keys))
	out.ordered, out.serialized = true, true
	return out
}

// sortKey binds one key of an order. Without a word it is descending; nulls are
// the least of all values unless the text says where they go.
func (b *binder) sortKey(rows *scope, o *syntax.OrderedExpr) plan.SortKey {
	v := b.scalar(rows, o.X)
	k := plan.SortKey{Expr: v.expr, Desc: o.Order != syntax.OrderAsc && o.Order != syntax.OrderGrannyAsc}
	switch o.Nulls {
	case syntax.NullsFirst:
		k.NullsFirst = true
	case syntax.NullsDefault:
		k.NullsFirst = !k.Desc
	}
	return k
}
