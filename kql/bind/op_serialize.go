package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// serialize fixes the order of the rows as it is, and adds columns that may look
// at neighbouring rows.
func (b *binder) serialize(sc *scope, in table, op *syntax.SerializeOp) table {
	t := in.over(plan.NewSerialize(in.node))
	t.serialized = true
	if len(op.Exprs) == 0 {
		return t
	}
	out := newColumns()
	out.keepAll(in.schema())
	b.addAll(out, sc.withRow(t), op.Exprs, styleProject)
	return out.over(t)
}
