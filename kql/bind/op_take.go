package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

func (b *binder) take(sc *scope, in table, op *syntax.TakeOp) table {
	n := b.constant(sc, op.Count)
	if t := n.typ(); t != types.Int && t != types.Long && t != types.Unknown {
		b.report(integerExpected(op.Count))
		n = unknownOf(types.Long)
	}
	return in.over(&plan.Take{Input: in.node, N: n.expr})
}
