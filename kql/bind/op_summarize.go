package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// summarize groups the rows and computes aggregates: a plan.Aggregate, and above
// it the expressions around the aggregates.
func (b *binder) summarize(sc *scope, in table, op *syntax.SummarizeOp) table {
	rows := sc.withRow(in)
	keys := newColumns()
	b.addAll(keys, rows, op.By, styleSummarize)
	b.checkKeys(op.By, keys, b.report)
	return b.aggregated(sc, rows, in, keys, op.Aggs)
}

// aggregated computes the aggregates within exprs for each group of keys.
func (b *binder) aggregated(sc, rows *scope, in table, keys *columns, exprs []*syntax.NamedExpr) table {
	inner := sc.withAggregates(rows, keys.exprs)
	out := newColumns()
	for i, c := range keys.cols {
		out.put(out.unique(c.Name, ""), &plan.Column{Index: i, Name: c.Name, Typ: c.Type}, false)
		out.declared[c.Name] = keys.declared[c.Name]
	}
	b.addAll(out, inner, exprs, styleSummarize)
	agg := &plan.Aggregate{
		Input: unsorted(in.node, inner.aggs.aggs), Keys: keys.exprs, Aggs: inner.aggs.aggs,
		Out: types.Schema{Columns: append(append([]types.Column(nil), keys.cols...), inner.aggs.cols...)},
	}
	return out.over(in.unordered(agg))
}

// unsorted returns the rows below a sort that no aggregate asks for.
func unsorted(in plan.Node, aggs []plan.Agg) plan.Node {
	sort, ok := in.(*plan.Sort)
	if !ok {
		return in
	}
	for _, a := range aggs {
		if a.Pick != nil || !a.Fn.AnyOrder && !a.Fn.Unsorted {
			return in
		}
	}
	return sort.Input
}

// checkKeys says which keys cannot be grouped by.
func (b *binder) checkKeys(by []*syntax.NamedExpr, keys *columns, say func(syntax.Diagnostic)) {
	for i, c := range keys.cols {
		if c.Type == types.Dynamic && i < len(by) {
			say(dynamicKey(by[i]))
		}
	}
}
