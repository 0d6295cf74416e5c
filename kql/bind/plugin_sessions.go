package bind

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// sessionCount counts the sessions that begin in each bin: appearances of an
// identifier after which it has not been seen for the look-back. The bins are those
// of bin(), whatever the start.
//
// Source: the Kusto documentation, "session_count plugin".
func (b *binder) sessionCount(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, ok := b.timelineOf(sc, in, op, "start end bin:step back:span")
	if !ok {
		return unknownTable()
	}
	cols := append([]string{t.id}, t.dims...)
	bin := "bin(" + t.at + ", __bin)"
	if t.calendar != "" {
		bin = t.bin(t.at)
	}
	return b.alongTimeline(sc, in, op, t, fmt.Sprintf(
		"where %[1]s | sort by %[2]s | where not(%[3]s and %[4]s - prev(%[4]s) < __back) | where %[4]s >= __start"+
			" | summarize count_sessions = count() by %[5]s",
		t.within(" - __back"), t.order(append(cols, t.at)...), t.unchanged("1", cols...), t.at, t.by(t.at+" = "+bin))+t.sorted())
}

// slidingWindowCounts counts rows and identifiers within the look-back before the
// end of each bin.
//
// Source: the Kusto documentation, "sliding_window_counts plugin".
func (b *binder) slidingWindowCounts(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, ok := b.timelineOf(sc, in, op, "start end back:span bin:step")
	if !ok {
		return unknownTable()
	}
	return b.alongTimeline(sc, in, op, t, t.expanded("__back", "__rows = count()")+fmt.Sprintf(
		" | summarize Count = sum(__rows), Dcount = dcount(%s) by %s", t.id, t.by(t.at))+t.sorted())
}

// activeUsersCount counts the identifiers of each bin that appeared in enough
// periods of the look-back before one of their appearances in it. They did if the
// period that makes enough, counted back, was not over before the look-back began.
//
// Source: the Kusto documentation, "active_users_count plugin".
func (b *binder) activeUsersCount(sc *scope, in table, op *syntax.EvaluateOp) table {
	t, ok := b.timelineOf(sc, in, op, "start end back:span period:span periods:count bin:step")
	if !ok {
		return unknownTable()
	}
	who := append([]string{t.id}, t.dims...)
	return b.alongTimeline(sc, in, op, t, strings.NewReplacer(
		"WITHIN", t.within(" - __back"), "AT", t.at, "ID", t.id, "BIN", t.bin(t.at), "WHO", t.by(t.id), "BY_STEP", t.by(t.at),
		"ORDER", t.order(append(who, "__p")...), "SAME", t.unchanged("__periods - 1", who...),
	).Replace("where WITHIN | extend __p = bin_at(AT, __period, __start) | as __activity"+
		" | summarize __last = max(AT) by WHO, __p | sort by ORDER | extend __enough = SAME, __back_to = prev(__last, __periods - 1)"+
		" | join kind=inner (__activity | where AT >= __start | summarize __first = min(AT) by WHO, __p, __step = BIN) on WHO, __p"+
		" | where __enough and __back_to > __first - __back | extend AT = __step | summarize ['dcount'] = dcount(ID) by BY_STEP"+
		t.sorted()))
}
