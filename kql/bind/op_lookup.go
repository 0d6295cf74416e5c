package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// lookup extends the rows with the columns of a table of dimensions, without
// repeating the keys.
func (b *binder) lookup(sc *scope, in table, op *syntax.LookupOp) table {
	right := b.tabular(sc.apart(), op.Right)
	kind := joinKindOf(b.paramOneOf(op.Params, "kind", "leftouter", "inner"))
	keys := b.joinKeys(sc, in, right, op.On)
	n := &plan.Join{Kind: kind, Left: in.node, Right: right.node, LeftKeys: keys.left, RightKeys: keys.right}
	out := in.unordered(n)
	out.open = in.open || right.open
	return joined(out, n, func(i int, isRight bool) bool { return !isRight || !keys.rightAt[i] })
}
