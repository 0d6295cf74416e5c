package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// topHitters yields the most frequent values, or those with the greatest sums.
// Kusto may answer approximately; the numbers here are exact.
func (b *binder) topHitters(sc *scope, in table, op *syntax.TopHittersOp) table {
	n := b.rowCount(sc, in, op.Count)
	rows := sc.withRow(in)
	of := b.scalar(rows, op.Of)
	if !isColumn(of.expr) && !of.unknown() {
		b.report(columnExpected(op.Of))
	} else {
		b.checkBare(op.Of)
	}
	b.refuseDynamic(op.Of, of.typ())
	name := b.resultName(rows, op.Of)
	key := types.Column{Name: name, Type: of.typ()}
	var grouped table
	if op.By == nil {
		grouped = b.counted(op, in, []plan.Expr{of.expr}, []types.Column{key},
			types.Column{Name: "approximate_count_" + name, Type: types.Long})
	} else {
		by := b.scalar(rows, op.By)
		if !by.unknown() && !by.typ().IsNumeric() {
			b.report(numberExpected(op.By, by.typ()))
			cols := newColumns()
			cols.put(name, of.expr, false)
			cols.put("approximate_sum_"+b.resultName(rows, op.By), unknownOf(types.Long).expr, false)
			return cols.over(in)
		}
		inner := sc.withAggregates(rows, []plan.Expr{of.expr})
		sum := b.sumOf(inner, op.By)
		out := types.NewSchema(key, types.Column{Name: "approximate_sum_" + b.resultName(rows, op.By), Type: sum.typ()})
		grouped = in.unordered(&plan.Aggregate{Input: in.node, Keys: []plan.Expr{of.expr}, Aggs: inner.aggs.aggs, Out: out})
		if sum.unknown() {
			return grouped
		}
		cols := newColumns()
		cols.put(name, columnAt(out, 0), false)
		cols.put(out.Columns[1].Name, b.hittersSum(op.By, value{expr: columnAt(out, 1)}, by.typ()).expr, false)
		grouped = cols.over(grouped)
	}
	s := grouped.schema()
	if s.Len() < 2 {
		return grouped
	}
	top := grouped.over(plan.NewTopHitters(grouped.node, n, columnAt(s, 1)))
	top.ordered, top.serialized = true, true
	return top
}

// sumOf adds sum(e) to the aggregates of sc.
func (b *binder) sumOf(sc *scope, e syntax.Expr) value {
	f, ok := b.env.Functions.Aggregate("sum")
	if !ok {
		b.report(notSupported(e, "sum()"))
		return unknownValue()
	}
	call := &syntax.CallExpr{Span: syntax.Span{From: e.Pos(), To: e.End()}, Name: &syntax.Ident{Name: "sum"}, Args: []syntax.Expr{e}}
	return b.aggregate(sc, call, f)
}
