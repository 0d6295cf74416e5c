package bind

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// rollingPercentile binds rolling_percentile(value, percentile, index, bin size,
// bins, dimensions…): for each bin of the index up to its last one, the percentile
// of the values in that many bins that end with it.
//
// Source: the Kusto documentation, "rolling_percentile plugin".
func (b *binder) rollingPercentile(sc *scope, in table, op *syntax.EvaluateOp) table {
	args := op.Call.Args
	if len(args) < 5 {
		b.report(argumentCount(op.Call, "rolling_percentile", 5, -1))
		return unknownTable()
	}
	in = withoutHidden(in)
	val, index := b.summableColumn(in, args[0]), b.summableColumn(in, args[2])
	percent := b.constant(sc, unnamed(args[1]), types.Int, types.Long, types.Real, types.Decimal)
	bins := b.constant(sc, unnamed(args[4]), types.Int, types.Long)
	if val < 0 || index < 0 || percent.unknown() || bins.unknown() {
		return unknownTable()
	}
	s := in.schema()
	size := b.seriesStep(sc.withRow(in), unnamed(args[3]), s.Columns[index].Type, types.Unknown)
	at := []int{index}
	for _, a := range args[5:] {
		for _, i := range b.columnsOf(in, unnamed(a)) {
			b.notDynamic(a, s.Columns[i].Type)
			at = append(at, i)
		}
	}
	// The names are made up for the query: the columns' own may be alike.
	keys := make([]string, len(at))
	for i := range at {
		keys[i] = fmt.Sprintf("__key%d", i)
	}
	exprs, cols := []plan.Expr{columnAt(s, val)}, []types.Column{{Name: "__value", Type: s.Columns[val].Type}}
	for i, c := range at {
		exprs, cols = append(exprs, columnAt(s, c)), append(cols, types.Column{Name: keys[i], Type: s.Columns[c].Type})
	}
	cut := in.over(&plan.Project{Input: in.node, Exprs: exprs, Out: types.Schema{Columns: cols}})
	consts := map[string]value{"__size": {expr: size}, "__bins": bins, "__percent": percent}
	out := b.inKQL(sc, cut, op, consts, fmt.Sprintf(
		"extend __key0 = bin(__key0, __size) | where isnotnull(__key0) | as __rows"+
			" | mv-expand __shift = range(0, __bins - 1, 1) to typeof(long)"+
			" | extend __key0 = __key0 + __shift * __size"+
			" | where __key0 <= toscalar(__rows | summarize max(__key0))"+
			" | summarize __value = percentile(__value, __percent) by %s", strings.Join(keys, ", ")))
	if out.node == nil || out.schema().Len() != len(at)+1 {
		return unknownTable()
	}
	name := fmt.Sprintf("rolling_%s_percentile_%s_%s", literalText(bins.expr), s.Columns[val].Name, literalText(percent.expr))
	want := make([]types.Column, 0, len(at)+1)
	for _, c := range at {
		want = append(want, types.Column{Name: s.Columns[c].Name, Type: s.Columns[c].Type})
	}
	return b.renamed(op, out, append(want, types.Column{Name: name, Type: s.Columns[val].Type}))
}

// summableColumn returns the position of a column that can be added to, -1 with a
// finding if e names none.
func (b *binder) summableColumn(in table, e syntax.Expr) int {
	at := b.oneColumn(in, unnamed(e))
	if at >= 0 {
		if t := in.schema().Columns[at].Type; !t.IsSummable() && t != types.DateTime {
			b.report(summableExpected(e))
			return -1
		}
	}
	return at
}

// literalText returns a literal as text, "0" for what is none.
func literalText(e plan.Expr) string {
	if l, ok := e.(*plan.Literal); ok {
		return dynamicOf(l.Value).String()
	}
	return "0"
}

// renamed gives the columns of t, in their order, other names and types.
func (b *binder) renamed(op *syntax.EvaluateOp, t table, want []types.Column) table {
	exprs := make([]plan.Expr, len(want))
	for i, c := range want {
		exprs[i] = b.convert(op, value{expr: columnAt(t.schema(), i)}, c.Type).expr
	}
	return t.over(&plan.Project{Input: t.node, Exprs: exprs, Out: types.Schema{Columns: uniqueNames(want)}})
}

// estimateRowsCount counts the rows: no estimate is better.
func (b *binder) estimateRowsCount(sc *scope, in table, op *syntax.EvaluateOp) table {
	if len(op.Call.Args) > 0 {
		b.report(argumentCount(op.Call, "estimate_rows_count", 0, 0))
		return unknownTable()
	}
	return b.inKQL(sc, in, op, nil, "summarize EstimatedRowsCount = count()")
}
