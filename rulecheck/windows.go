package rulecheck

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// lookBack compares how far back the query says that it looks, as ago(…) and now() - …, with
// the rule's period.
func (x *checker) lookBack(n syntax.Expr) {
	var back time.Duration
	var ok bool
	switch n := n.(type) {
	case *syntax.CallExpr:
		switch {
		case calls(n, "ago", 1):
			back, ok = x.lets.Period(n.Args[0])
		case calls(n, "now", 1):
			back, ok = x.lets.Period(n.Args[0])
			back = -back
		}
	case *syntax.BinaryExpr:
		if call, is := n.X.(*syntax.CallExpr); is && n.Op == syntax.OpSub && calls(call, "now", 0) {
			back, ok = x.lets.Period(n.Y)
		}
	}
	if period := x.rule.Period; ok && x.rule.Kind == detect.Scheduled && period > 0 && back > period {
		x.at(n.Pos(), Warning, codeLookBack, fmt.Sprintf("the query looks back %s, but the rule's period is %s: it sees no rows before that",
			detect.KQLDuration(back), detect.KQLDuration(period)))
	}
}

func calls(n *syntax.CallExpr, name string, args int) bool {
	return n.Name != nil && n.Name.Name == name && len(n.Args) == args
}

// says compares what a query says of its schedule with what the rule does.
func (x *checker) says(let *syntax.LetStmt) {
	d, ok := x.lets.Period(let.Value)
	if !ok || let.Name == nil || x.rule.Kind != detect.Scheduled {
		return
	}
	field, of := "queryFrequency", x.rule.Frequency
	switch {
	case detect.IsFrequency(let.Name.Name):
	case detect.IsPeriod(let.Name.Name):
		field, of = "queryPeriod", x.rule.Period
	default:
		return
	}
	if d != of {
		x.at(let.Pos(), Warning, codeSchedule, fmt.Sprintf("%s is %s in the query, but the rule's %s is %s: events are missed, or found again", let.Name.Name, detect.KQLDuration(d), field, detect.KQLDuration(of)))
	}
}

// overlap looks whether the windows of a rule overlap and nothing in its query says which
// events are new in one.
func (x *checker) overlap(tree *syntax.Query) {
	r := x.rule
	if r.Kind != detect.Scheduled || r.Frequency <= 0 || r.Period <= r.Frequency || r.Once || r.Suppression >= r.Period-r.Frequency {
		return
	}
	bounded := false
	syntax.Walk(tree, func(n syntax.Node) bool {
		bounded = bounded || boundsTime(n)
		return !bounded
	})
	if !bounded {
		x.note(Warning, codeTimeBound, "the query bounds no time, and windows of %s every %s overlap: an event raises an alert in each of %d windows; compare TimeGenerated with ago(%s), or make them equal",
			detect.KQLDuration(r.Period), detect.KQLDuration(r.Frequency), (r.Period+r.Frequency-1)/r.Frequency, detect.KQLDuration(r.Frequency))
	}
}

// boundsTime reports whether a part of a query compares with the time of the run.
func boundsTime(n syntax.Node) bool {
	call, ok := n.(*syntax.CallExpr)
	if !ok || call.Name == nil {
		return false
	}
	switch call.Name.Name {
	case "ago", "now", "ingestion_time":
		return true
	}
	return false
}

// A lateSource is tables whose rows are known to arrive late.
type lateSource struct {
	tables string // a pattern
	late   time.Duration
}

// lateSources are those that Microsoft documents.
//
// Source: Microsoft's "Log data ingestion time in Azure Monitor" (activity logs within 20
// minutes, resource logs within 10), and of Microsoft 365 "Search the audit log" (the core
// services within 60 to 90 minutes).
func lateSources() []lateSource {
	return []lateSource{
		{"OfficeActivity", 90 * time.Minute},
		{"AzureActivity", 20 * time.Minute},
		{"AzureDiagnostics", 10 * time.Minute},
		{"AZFW*", 10 * time.Minute}, {"AKSAudit*", 10 * time.Minute}, {"AZKV*", 10 * time.Minute}, {"StorageBlobLogs", 10 * time.Minute},
		{"StorageFileLogs", 10 * time.Minute}, {"StorageQueueLogs", 10 * time.Minute}, {"StorageTableLogs", 10 * time.Minute},
	}
}

// defaultDelay is how long after its end a window is evaluated, if nothing else is said.
const defaultDelay = 5 * time.Minute

// late looks whether a table that the rule reads is known to arrive later than the rule looks
// back: it is in no window any more when it is there.
func (x *checker) late(q *kql.Query) {
	r := x.rule
	if r.Kind != detect.Scheduled || r.Arrival() {
		return
	}
	waits := defaultDelay
	if r.Delay != nil {
		waits = *r.Delay
	}
	told := map[string]bool{}
	for _, read := range reads(q.Plan()) {
		for _, s := range lateSources() {
			ok, _ := path.Match(s.tables, read.Table)
			if !ok || told[read.Table] || s.late <= waits+r.Period-r.Frequency {
				continue
			}
			told[read.Table] = true
			x.at(x.placeOf(q, read.Table), Warning, codeLate, fmt.Sprintf("rows of %s may arrive %s late, and windows of %s every %s that are evaluated %s after their end miss them: want a queryPeriod of %s, or %s",
				read.Table, short(s.late), short(r.Period), short(r.Frequency), short(waits), short(r.Frequency+s.late-waits), "calypso: {window: arrival}"))
		}
	}
}

// short writes a period without parts that are nothing: 1h30m.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}
