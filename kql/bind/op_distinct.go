package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// distinct yields each combination of values once.
func (b *binder) distinct(sc *scope, in table, op *syntax.DistinctOp) table {
	keys := newColumns()
	b.addAll(keys, sc.withRow(in), op.Exprs, styleProject)
	for _, c := range keys.cols {
		if !b.notDynamic(op.Exprs[0], c.Type) {
			break
		}
	}
	return in.unordered(&plan.Aggregate{Input: in.node, Keys: keys.exprs, Out: keys.schema()})
}
