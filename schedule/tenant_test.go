package schedule_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/ledger"
	"github.com/calypso-kql/calypso/schedule"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/workspace"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// tenant is a store with a scheduler, and a clock that is set by hand.
type tenant struct {
	t      testing.TB
	store  *store.Store
	intake *intake.Intake
	engine *kql.Engine
	cat    *catalog.Catalog
	db     *database.DB
	ledger *ledger.Ledger
	rules  []*detect.Rule
	now    atomic.Int64 // microseconds
	sink   schedule.Sink
	// incidents is nil where there are none.
	incidents schedule.Incidents
	memory    int64 // of all rules; 0 for no bound
	keep      time.Duration
	mu        sync.Mutex
	troubles  []schedule.Trouble
	shares    map[string][]int64 // memory that rules were given
}

func (x *tenant) troubled(t schedule.Trouble) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.troubles = append(x.troubles, t)
}

// trouble counts the troubles of a kind, and returns the last.
func (x *tenant) trouble(kind schedule.TroubleKind) (n int, last schedule.Trouble) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, t := range x.troubles {
		if t.Kind == kind {
			n++
			last = t
		}
	}
	return n, last
}

type tables struct {
	*catalog.Catalog
	s *store.Store
}

func (t tables) Schema(name string) (types.Schema, bool) {
	if x, ok := t.Catalog.Table(name); ok {
		return x.Schema, true
	}
	return t.s.Schema(name)
}

func (t tables) Names() []string { return t.Catalog.Tables() }

func open(t testing.TB, dir string, rules ...*detect.Rule) *tenant {
	t.Helper()
	fail := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	x := &tenant{t: t, rules: rules, shares: map[string][]int64{}}
	x.set(noon)
	var err error
	x.store, err = store.Open(filepath.Join(dir, "store"), store.Options{})
	fail(err)
	t.Cleanup(func() { x.store.Close() })
	x.db, err = database.Open(filepath.Join(dir, "ledger.db"))
	fail(err)
	t.Cleanup(func() { x.db.Close() })
	x.ledger, err = ledger.New(x.db, "")
	fail(err)
	x.engine, err = kql.New()
	fail(err)
	x.cat, err = catalog.Open(catalog.Sentinel)
	fail(err)
	x.intake = intake.New(intake.Options{Store: x.store, Tables: tables{x.cat, x.store}, Now: x.clock})
	x.sink = x.intake
	return x
}

func (x *tenant) clock() time.Time { return time.UnixMicro(x.now.Load()).UTC() }

func (x *tenant) set(now time.Time) { x.now.Store(now.UnixMicro()) }

func (x *tenant) scheduler() *schedule.Scheduler { return x.schedulerOf(x.ledger) }

func (x *tenant) schedulerOf(l *ledger.Ledger) *schedule.Scheduler {
	return schedule.New(schedule.Options{
		Workspace: "logs",
		Ledger:    l, Rules: func() ([]*detect.Rule, error) { return x.rules, nil }, Sink: x.sink, Incidents: x.incidents, Now: x.clock, Delay: -1, NRTDelay: -1, CatchUp: 6 * time.Hour, Keep: x.keep, Troubled: x.troubled,
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
		Arrived: x.store.ArrivedUntil, Memory: x.memory, TooLarge: func(err error) bool { return strings.Contains(err.Error(), "E_RUNAWAY_QUERY") },
		Querier: func(r *detect.Rule, share schedule.Share) detect.Querier {
			x.mu.Lock()
			x.shares[r.ID] = append(x.shares[r.ID], share.Memory)
			x.mu.Unlock()
			q := workspace.NewQuerier(x.engine, workspace.New(x.cat, x.store.Snapshot()), kql.RunOptions{MemoryLimit: share.Memory, Workers: share.Processors})
			if r.Arrival() {
				return q.ByArrival()
			}
			return q
		},
	})
}

// events stores events that were generated at times, named by their number.
func (x *tenant) events(from int, times ...time.Time) {
	x.t.Helper()
	var lines [][]byte
	for i, at := range times {
		lines = append(lines, fmt.Appendf(nil, `{"TimeGenerated":%q,"Name_s":"e%d"}`, at.Format(time.RFC3339Nano), from+i))
	}
	if err := x.intake.Deliver(context.Background(), fmt.Sprintf("events-%d", from), "Events_CL", lines); err != nil {
		x.t.Fatal(err)
	}
}

func (x *tenant) drain() {
	x.t.Helper()
	if err := x.scheduler().Drain(context.Background()); err != nil {
		x.t.Fatal(err)
	}
}

// ask returns the rows of a query as lines.
func (x *tenant) ask(query string) []string {
	x.t.Helper()
	q, diags := x.engine.Compile(query, workspace.New(x.cat, x.store.Snapshot()))
	now, _ := types.TicksOf(x.clock())
	all, err := q.Run(context.Background(), kql.RunOptions{Now: now})
	if err != nil {
		x.t.Fatal(err, diags)
	}
	var out []string
	for _, b := range all[0].Batches {
		for i := range b.Len() {
			var cells []string
			for c := range b.Width() {
				col, err := b.Column(c)
				if err != nil {
					x.t.Fatal(err)
				}
				cells = append(cells, text(col, i))
			}
			out = append(out, strings.Join(cells, " "))
		}
	}
	return out
}

func text(c column.Column, i int) string {
	switch c.Type() {
	case types.String:
		v := column.ViewOf[string](c)
		return v.At(i)
	case types.Long:
		v := column.ViewOf[int64](c)
		return strconv.FormatInt(v.At(i), 10)
	}
	return "?"
}

func (x *tenant) states(rule string) map[ledger.State]int {
	x.t.Helper()
	runs, err := x.ledger.Runs(ledger.Filter{Rule: rule})
	if err != nil {
		x.t.Fatal(err)
	}
	out := map[ledger.State]int{}
	for _, r := range runs {
		out[r.State]++
	}
	return out
}

// newRule finds each event in the window of five minutes in which it was generated.
func newRule(change func(*detect.Rule)) *detect.Rule {
	r := &detect.Rule{ID: "new-events", Name: "New events", Kind: detect.Scheduled, Severity: detect.Low, Frequency: 5 * time.Minute, Period: time.Hour,
		Trigger: detect.Trigger{Operator: detect.GreaterThan}, Grouping: detect.AlertPerResult, Query: "Events_CL | where TimeGenerated > ago(5m)",
		Override: detect.AlertOverride{NameFormat: "Event {{Name_s}}"}}
	if change != nil {
		change(r)
	}
	return r
}

const alerts = "SecurityAlert | summarize count() by AlertName | sort by AlertName asc"

func want(t testing.TB, what string, got []string, lines ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(lines, "\n") {
		t.Errorf("%s:\n%s\nwant\n%s", what, strings.Join(got, "\n"), strings.Join(lines, "\n"))
	}
}

var _ ingest.Tables = tables{}
