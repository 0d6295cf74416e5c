package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// ipLookup binds ipv4_lookup(table, address, network, keys…, return_unmatched) and
// ipv6_lookup.
func (b *binder) ipLookup(sc *scope, in table, op *syntax.EvaluateOp) table {
	args := op.Call.Args
	if len(args) < 3 {
		b.report(argumentCount(op.Call, op.Call.Name.Name, 3, -1))
		return unknownTable()
	}
	right := b.tabular(sc.apart(), unnamed(args[0]))
	address, network := b.oneColumn(in, unnamed(args[1])), b.oneColumn(right, unnamed(args[2]))
	if address < 0 || network < 0 {
		return unknownTable()
	}
	n := &plan.IPLookup{
		Left: in.node, Right: right.node, V6: op.Call.Name.Name == "ipv6_lookup",
		Address: b.text(sc.withRow(in), unnamed(args[1])), Network: b.text(sc.withRow(right), unnamed(args[2])),
	}
	extra := &joinKeys{rightAt: map[int]bool{}}
	sides := sc.withoutRow()
	sides.left, sides.right = &row{schema: in.schema(), open: in.open}, &row{schema: right.schema(), open: right.open}
	for _, a := range args[3:] {
		if id, ok := a.(*syntax.Ident); ok {
			b.commonKey(sides, extra, id)
			continue
		}
		n.Unmatched = b.trueConstant(sc, unnamed(a))
	}
	n.LeftExtra, n.RightExtra = extra.left, extra.right
	out := in.unordered(n)
	out.open = in.open || right.open
	return b.joinedLookup(out, n, extra)
}

// trueConstant reports whether a constant condition is true.
func (b *binder) trueConstant(sc *scope, e syntax.Expr) bool {
	v := b.constant(sc, e, types.Bool)
	l, ok := v.expr.(*plan.Literal)
	if !ok || v.unknown() || l.Value.Null(0) {
		return false
	}
	t, _ := dynamicOf(l.Value).ToBool()
	return t
}

// joinedLookup names the columns of n, and leaves out the right side's extra keys.
func (b *binder) joinedLookup(out table, n *plan.IPLookup, extra *joinKeys) table {
	left, right := n.Left.Schema().Columns, n.Right.Schema().Columns
	all := append(slices.Clone(left), right...)
	var at []int
	var visible []types.Column
	for i, c := range all {
		if !c.Hidden && (i < len(left) || !extra.rightAt[i-len(left)]) {
			at = append(at, i)
			visible = append(visible, c)
		}
	}
	for i, c := range uniqueNames(visible) {
		all[at[i]] = c
	}
	n.Out = types.Schema{Columns: all}
	return pick(out, at)
}
