package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

func (b *binder) where(sc *scope, in table, op *syntax.WhereOp) table {
	return in.over(&plan.Filter{Input: in.node, Cond: b.condition(sc.withRow(in), op.Cond)})
}
