package bind

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// activityCountsMetrics counts rows, identifiers and new identifiers in each step.
//
// Source: the Kusto documentation, "activity_counts_metrics plugin".
func (b *binder) activityCountsMetrics(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, ok := b.timelineOf(sc, in, op, "start end bin:step")
	if !ok {
		return unknownTable()
	}
	order := append(append([]string(nil), t.dims...), t.at)
	return b.alongTimeline(sc, in, op, t, strings.NewReplacer(
		"WITHIN", t.within(""), "AT", t.at, "BIN", t.bin(t.at), "ID", t.id, "BY_STEP", t.by(t.at), "BY_ID", t.by(t.id),
		"ORDER", t.order(order...), "SAME", t.unchanged("1", t.dims...),
	).Replace("where WITHIN | extend AT = BIN | as __activity"+
		" | summarize ['count'] = count(), ['dcount'] = dcount(ID) by BY_STEP"+
		" | join kind=leftouter (__activity | summarize AT = min(AT) by BY_ID | summarize __new = count() by BY_STEP) on BY_STEP"+
		" | extend new_dcount = coalesce(__new, 0) | sort by ORDER"+
		" | extend aggregated_dcount = row_cumsum(new_dcount, not(SAME))"+
		" | project BY_STEP, ['count'], ['dcount'], new_dcount, aggregated_dcount"+t.sorted()))
}

// activityMetrics compares the identifiers of each step with those of the step
// before it. A step with nothing before it retains all, as the engine has it.
//
// Source: the Kusto documentation, "activity_metrics plugin".
func (b *binder) activityMetrics(sc *scope, in table, op *syntax.EvaluateOp) table {
	spec := "start end bin:step"
	if len(op.Call.Args) == 3 {
		spec = "bin:step"
	}
	t, ok := b.timelineOf(sc, in, op, spec)
	if !ok {
		return unknownTable()
	}
	key := t.by(t.id)
	return b.alongTimeline(sc, in, op, t, strings.NewReplacer(
		"WITHIN", t.within(""), "AT", t.at, "BIN", t.bin(t.at), "ID", t.id, "FOLLOWS", t.follows(),
		"BY_ID", key, "BY_STEP", t.by(t.at), "ORDER_ID", t.order(append(strings.Split(key, ", "), t.at)...),
		"ORDER_STEP", t.order(append(append([]string(nil), t.dims...), t.at)...),
		"SAME_ID", t.unchanged("1", append(append([]string(nil), t.dims...), t.id)...), "SAME_DIMS", t.unchanged("1", t.dims...),
	).Replace("where WITHIN | extend AT = BIN | summarize by BY_ID, AT | sort by ORDER_ID"+
		" | extend __kept = SAME_ID and FOLLOWS"+
		" | summarize dcount_values = dcount(ID), dcount_newvalues = dcountif(ID, not(__kept)), __kept = dcountif(ID, __kept) by BY_STEP"+
		" | sort by ORDER_STEP | extend __had = iff(SAME_DIMS and FOLLOWS, prev(dcount_values), long(null))"+
		" | extend retention_rate = iff(isnull(__had), 1.0, todouble(__kept) / __had)"+
		" | project BY_STEP, dcount_values, dcount_newvalues, retention_rate, churn_rate = 1.0 - retention_rate"+t.sorted()))
}

// activityEngagement counts the identifiers of each inner step, and those of the
// outer window that ends with it.
//
// Source: the Kusto documentation, "activity_engagement plugin".
func (b *binder) activityEngagement(sc *scope, in table, op *syntax.EvaluateOp) table {
	spec := "start end bin:step outer:span"
	if len(op.Call.Args) == 4 {
		spec = "bin:step outer:span"
	}
	t, ok := b.timelineOf(sc, in, op, spec)
	if !ok {
		return unknownTable()
	}
	return b.alongTimeline(sc, in, op, t, t.expanded("__outer", "")+fmt.Sprintf(
		" | summarize dcount_activities_inner = dcountif(%[1]s, __shift == 0), dcount_activities_outer = dcount(%[1]s) by %[2]s"+
			" | extend activity_ratio = todouble(dcount_activities_inner) / dcount_activities_outer", t.id, t.by(t.at))+t.sorted())
}

// expanded is text that yields each identifier in each step within back of one in
// which it is active: __shift steps later. count adds a column to what is
// summarized once for each identifier and step.
func (t *timeline) expanded(back, count string) string {
	bounds := " | extend __first = " + t.bin("__start")
	until := " | where " + t.at + " >= __first and " + t.at + " <= __end"
	if t.unbounded {
		bounds = " | as __seen | extend __last = toscalar(__seen | summarize max(" + t.at + "))"
		until = " | where " + t.at + " <= __last"
	}
	return "where " + t.within(" - "+back) + " | extend " + t.at + " = " + t.bin(t.at) +
		" | summarize " + count + " by " + t.by(t.id, t.at) + bounds +
		" | mv-expand __shift = range(0, " + t.steps(back) + " - 1, 1) to typeof(long)" +
		" | extend " + t.at + " = " + t.later(t.at, "__shift") + until
}
