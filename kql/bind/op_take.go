package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

func (b *binder) take(sc *scope, in table, op *syntax.TakeOp) table {
	return in.over(plan.NewTake(in.node, b.rowCount(sc, in, op.Count)))
}
