package bind

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// newActivityMetrics follows the identifiers that each step has first, its cohort,
// through the steps after it. Those in the look-back table are not new in any.
//
// Source: the Kusto documentation, "new_activity_metrics plugin".
func (b *binder) newActivityMetrics(sc *scope, in table, op *syntax.EvaluateOp) table {
	call := *op.Call
	known := table{}
	if n := len(call.Args); n > 5 && b.namesTable(sc, in, unnamed(call.Args[n-1])) {
		known = withoutHidden(b.tabular(sc.apart(), unnamed(call.Args[n-1])))
		call.Args = call.Args[:n-1]
	}
	spec := "start end bin:step"
	cohort := len(call.Args) > 5 && !b.namesColumn(in, unnamed(call.Args[5]))
	if cohort {
		spec += " cohort"
	}
	short := *op
	short.Call = &call
	t, ok := b.timelineOf(sc, in, &short, spec)
	if !ok {
		return unknownTable()
	}
	inner := sc.nested()
	fresh := ""
	if known.node != nil {
		i := b.lookbackColumn(op, in, known)
		if i < 0 {
			return unknownTable()
		}
		inner.declare("__known", &symbol{table: &known, decl: op})
		fresh = " | join kind=leftanti (__known) on $left." + t.id + " == $right." + quotedName(known.schema().Columns[i].Name)
	}
	chosen := ""
	if cohort {
		chosen = " | where __from == " + t.bin("__cohort")
	}
	name := in.schema().Columns[b.columnList(in, []syntax.Expr{unnamed(call.Args[1])})[0]].Name
	rows := append(slices.Clone(t.dims), "__to")
	return b.alongTimeline(inner, in, op, t, strings.NewReplacer(
		"WITHIN", t.within(""), "FRESH", fresh, "AT", t.at, "BIN", t.bin(t.at), "ID", t.id, "WHO", t.by(t.id),
		"COHORT", t.by("__from", "__to"), "LATER", t.later("__from", "__k"), "LAST", t.bin("__end"), "STEPS", t.steps("(__end - __from)"),
		"ORDER", t.order(rows...)+", __from desc", "SAME", t.unchanged("1", t.dims...), "CHOSEN", chosen,
		"FROM", quotedName("from_"+name), "TO", quotedName("to_"+name), "STEP_ONE", t.ofTime("__from"), "STEP_TWO", t.ofTime("__to"), "DIMS", strings.Join(append(slices.Clone(t.dims), ""), ", "),
	).Replace("where WITHIN FRESH | extend __to = BIN | summarize by WHO, __to | as __active"+
		" | summarize __from = min(__to) by WHO | join kind=inner (__active) on WHO"+
		" | summarize __kept = dcount(ID) by COHORT | as __cohorts | where __from == __to"+
		" | extend __size = __kept | mv-expand __k = range(0, STEPS + 1, 1) to typeof(long)"+
		" | extend __to = LATER, __kept = 0 | where __to <= LAST | union (__cohorts)"+
		" | summarize __kept = max(__kept), __size = max(__size) by COHORT | sort by ORDER"+
		" | extend dcount_new_values = row_cumsum(__kept, not(SAME and __to == prev(__to))) - iff(__from == __to, 0, __kept)CHOSEN"+
		" | extend retention_rate = todouble(__kept) / __size"+
		" | project FROM = STEP_ONE, TO = STEP_TWO, DIMSdcount_new_values, dcount_retained_values = __kept,"+
		" dcount_churn_values = __size - __kept, retention_rate, churn_rate = 1.0 - retention_rate"+
		" | sort by DIMSFROM asc, TO asc"))
}

// namesColumn reports whether e is the name of a column of in.
func (b *binder) namesColumn(in table, e syntax.Expr) bool {
	id, ok := e.(*syntax.Ident)
	return ok && in.schema().Index(id.Name) >= 0
}

// namesTable reports whether e, which is no column of in, is a table.
func (b *binder) namesTable(sc *scope, in table, e syntax.Expr) bool {
	if b.namesColumn(in, e) {
		return false
	}
	b.muted++
	defer func() { b.muted-- }()
	return b.tableOrValue(sc.apart(), e).table != nil
}

// lookbackColumn returns the column of known that has the identifiers: the one of
// their name, or the only one.
func (b *binder) lookbackColumn(op *syntax.EvaluateOp, in, known table) int {
	at := b.oneColumn(in, unnamed(op.Call.Args[0]))
	if at < 0 {
		return -1
	}
	c := in.schema().Columns[at]
	last := op.Call.Args[len(op.Call.Args)-1]
	i := known.schema().Index(c.Name)
	if i < 0 && known.schema().Len() == 1 {
		i = 0
	}
	if i < 0 {
		b.report(missingColumns(last, "lookback", types.NewSchema(c)))
		return -1
	}
	if have := known.schema().Columns[i].Type; have != c.Type && have != types.Unknown && c.Type != types.Unknown {
		b.report(keysNotComparable(last, c.Type, have))
		return -1
	}
	return i
}
