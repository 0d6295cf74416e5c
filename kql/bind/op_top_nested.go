package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// topNested keeps the first groups of each level of a hierarchy.
func (b *binder) topNested(sc *scope, in table, op *syntax.TopNestedOp) table {
	rows := sc.withRow(in)
	names := newColumns()
	n := &plan.TopNested{Input: in.node}
	for _, c := range op.Clauses {
		level := plan.NestedLevel{Desc: c.By.Order != syntax.OrderAsc && c.By.Order != syntax.OrderGrannyAsc}
		if c.Count != nil {
			level.N = b.rowCount(sc, in, c.Count)
		}
		of := b.scalar(rows, c.Of.X)
		b.refuseDynamic(c.Of, of.typ())
		level.Of = of.expr
		if c.Others != nil {
			level.Others = b.convert(c.Others, b.constant(sc, c.Others), of.typ()).expr
		}
		inner := sc.withAggregates(rows, nil)
		by := b.scalar(inner, c.By.X)
		b.refuseDynamic(c.By, by.typ())
		level.Aggs, level.By = inner.aggs.aggs, by.expr
		n.Levels = append(n.Levels, level)

		ofName := names.unique(b.resultName(rows, c.Of), "")
		byName := givenName(c.By.X, "", "aggregated_"+ofName)
		n.Out.Columns = append(n.Out.Columns,
			types.Column{Name: ofName, Type: of.typ()},
			types.Column{Name: names.unique(byName, ""), Type: by.typ()})
	}
	return in.unordered(n)
}
