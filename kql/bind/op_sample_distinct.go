package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// sampleDistinct yields some of the distinct values of a column, whichever come
// first: Kusto promises no even chances.
func (b *binder) sampleDistinct(sc *scope, in table, op *syntax.SampleDistinctOp) table {
	n := b.rowCount(sc, in, op.Count)
	v := b.scalar(sc.withRow(in), op.Of)
	c, ok := v.expr.(*plan.Column)
	if !ok {
		if !v.unknown() {
			b.report(columnExpected(op.Of))
		}
		return unknownTable()
	}
	b.checkBare(op.Of)
	b.notDynamic(op.Of, c.Typ)
	out := types.NewSchema(types.Column{Name: c.Name, Type: c.Typ})
	distinct := &plan.Aggregate{Input: in.node, Keys: []plan.Expr{c}, Out: out}
	return in.unordered(plan.NewTake(distinct, n))
}
