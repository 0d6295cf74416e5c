package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// sequenceDetect finds the times at which one condition was true after the other,
// none too long after the one before it and all of them within a span, for each
// value of the dimensions. Every combination of such times is a row.
//
// Source: the Kusto documentation, "sequence_detect plugin".
func (b *binder) sequenceDetect(sc *scope, in table, op *syntax.EvaluateOp) table {
	args := op.Call.Args
	if len(args) < 4 {
		b.report(argumentCount(op.Call, "sequence_detect", 4, -1))
		return unknownTable()
	}
	rows := sc.withRow(in)
	var conds []plan.Expr
	var names []string
	dims := len(args)
	for i := 3; i < len(args); i++ {
		v := b.scalar(rows, unnamed(args[i]))
		if i > 3 && v.typ() != types.Bool && !v.unknown() {
			dims = i
			break
		}
		if !v.unknown() && v.typ() != types.Bool {
			b.report(typeExpected(args[i], v.typ(), types.Bool))
			return unknownTable()
		}
		conds = append(conds, v.expr)
		names = append(names, b.resultName(rows, args[i]))
	}
	call := *op.Call
	call.Args = append([]syntax.Expr{args[0], args[0], args[1], args[2]}, args[dims:]...)
	short := *op
	short.Call = &call
	t, ok := b.timelineOf(sc, in, &short, "bin:span span:span")
	if !ok {
		return unknownTable()
	}
	wide, steps := stepColumns(in, conds)
	return b.inKQL(sc, wide, op, t.consts, sequenceText(t, steps, names, b.resultName(rows, args[0])))
}

// stepColumns adds a column for each condition, and returns their names.
func stepColumns(in table, conds []plan.Expr) (table, []string) {
	s := in.schema()
	exprs := columnsFrom(s, 0, s.Len())
	wide := types.Schema{Columns: append([]types.Column(nil), s.Columns...)}
	var names []string
	for i, e := range conds {
		names = append(names, fmt.Sprintf("__is%d", i))
		exprs = append(exprs, e)
		wide.Columns = append(wide.Columns, types.Column{Name: names[i], Type: types.Bool})
	}
	return in.over(&plan.Project{Input: in.node, Exprs: exprs, Out: wide}), names
}

// sequenceText is the query of sequence_detect. The times of a step are joined with
// those of the next that lie in the same stretch of the length of a step, or in the
// one after it.
func sequenceText(t *timeline, steps, names []string, time string) string {
	dims := strings.Join(append(slices.Clone(t.dims), ""), ", ")
	var q strings.Builder
	q.WriteString("where isnotnull(" + t.at + ") | as __rows | where " + steps[0] + " | summarize by " + dims + "__t0 = " + t.at)
	for i, is := range steps[1:] {
		q.WriteString(strings.NewReplacer(
			"LAST", fmt.Sprintf("__t%d", i), "NEXT", fmt.Sprintf("__t%d", i+1), "IS", is, "DIMS", dims, "AT", t.at,
		).Replace(" | mv-expand __to = range(0, 1, 1) to typeof(long) | extend __near = bin(LAST, __bin) + __to * __bin" +
			" | lookup kind=inner (__rows | where IS | summarize by DIMSNEXT = AT | extend __near = bin(NEXT, __bin)) on DIMS__near" +
			" | where NEXT > LAST and NEXT - LAST <= __bin and NEXT - __t0 <= __span"))
	}
	out := newColumns()
	q.WriteString(" | project " + dims)
	for i, name := range names {
		name = out.unique(name+"_"+time, "")
		out.put(name, nullOf(types.Long).expr, false)
		fmt.Fprintf(&q, "%s = __t%d, ", quotedName(name), i)
	}
	fmt.Fprintf(&q, "Duration = __t%d - __t0", len(steps)-1)
	return q.String()
}
