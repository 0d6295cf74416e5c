package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// mvExpand yields a row for each element of arrays.
func (b *binder) mvExpand(sc *scope, in table, op *syntax.MvExpandOp) table {
	n := b.expansion(sc, in, op.Params, op.Items, op.Limit)
	return in.over(n)
}

// expansion binds the columns of mv-expand and mv-apply. An element goes to the
// column that the text names, or that its array comes from.
func (b *binder) expansion(sc *scope, in table, params []*syntax.OperatorParam, items []*syntax.MvItem, limit syntax.Expr) *plan.MvExpand {
	out := newColumns()
	out.keepAll(in.schema())
	n := &plan.MvExpand{Input: in.node}
	kind := b.paramOneOf(params, "bagexpansion", "bag", "array")
	if syntax.FindParam(params, "kind") != nil {
		kind = b.paramOneOf(params, "kind", "bag", "array")
	}
	n.BagArrays = kind == "array"
	rows := sc.withRow(in)
	for _, item := range items {
		if item.X != nil {
			b.expand(out, rows, n, item)
		}
	}
	if limit != nil {
		n.Limit = b.rowLimit(sc, in, limit)
	}
	if name := paramWord(syntax.FindParam(params, "with_itemindex")); name != "" {
		n.ItemIndex = true
		out.put(out.unique(name, ""), nullOf(types.Long).expr, false)
	}
	n.Out = out.schema()
	return n
}

// expand adds one item.
func (b *binder) expand(out *columns, rows *scope, n *plan.MvExpand, item *syntax.MvItem) {
	v := b.scalar(rows, item.X.X)
	if !v.unknown() && v.typ() != types.Dynamic {
		b.report(dynamicExpected(item.X.X))
	}
	t := types.Dynamic
	if item.Type != nil && item.Type.Type != nil {
		t = b.typeOf(item.Type.Type)
	}
	at, ok := b.expandTo(out, rows, item.X, v, t)
	if ok {
		n.Cols = append(n.Cols, plan.Expand{Expr: v.expr, To: at})
	}
}

// expandTo gives an item its column of type t, and returns the column's
// position.
func (b *binder) expandTo(out *columns, rows *scope, e *syntax.NamedExpr, v value, t types.Type) (int, bool) {
	name := b.nameAlone(rows, e.X)
	declared := isColumn(v.expr)
	switch {
	case len(e.Names) > 1:
		b.report(notMultiple(e))
		return 0, false
	case len(e.Names) == 1:
		name, declared = e.Names[0].Name, true
	case name == "":
		name = b.defaultName(rows, true)
	}
	if declared {
		if out.declared[name] {
			b.report(duplicateColumn(e, name))
			return 0, false
		}
		out.declared[name] = true
	}
	if at, taken := out.index[name]; taken {
		out.replace(at, name, nullOf(t).expr)
		return at, true
	}
	out.put(out.unique(name, ""), nullOf(t).expr, false)
	return len(out.cols) - 1, true
}

// rowLimit binds a limit, which must be known now.
func (b *binder) rowLimit(sc *scope, in table, e syntax.Expr) int64 {
	n := b.rowCount(sc, in, e)
	l, ok := n.(*plan.Literal)
	if !ok {
		if !isPoison(n) {
			b.refuse(literalExpected(e))
		}
		return 0
	}
	if v, ok := l.Value.(*column.Vec[int64]); ok && !v.Null(0) {
		return v.Vals[0]
	}
	return 0
}
