package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
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

func (x *tenant) clock() time.Time  { return time.UnixMicro(x.now.Load()).UTC() }
func (x *tenant) set(now time.Time) { x.now.Store(now.UnixMicro()) }

func (x *tenant) scheduler() *schedule.Scheduler { return x.schedulerOf(x.ledger) }

func (x *tenant) schedulerOf(l *ledger.Ledger) *schedule.Scheduler {
	return schedule.New(schedule.Options{
		Ledger: l, Rules: func() ([]*detect.Rule, error) { return x.rules, nil }, Sink: x.sink, Incidents: x.incidents, Now: x.clock, Delay: -1, NRTDelay: -1, CatchUp: 6 * time.Hour, Keep: x.keep, Troubled: x.troubled,
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

func TestEachWindowOnce(t *testing.T) {
	x := open(t, t.TempDir(), newRule(nil))
	x.drain() // enters the window that ends at 11:55
	x.events(1, noon.Add(-3*time.Minute), noon.Add(time.Minute), noon.Add(17*time.Minute))
	x.set(noon.Add(4*time.Minute + 59*time.Second))
	x.drain()
	want(t, "before the window is due", x.ask(alerts))
	x.set(noon.Add(5 * time.Minute))
	x.drain()
	x.drain()
	want(t, "at the time", x.ask(alerts), "Event e1 1")
	// The process was away: what was missed is caught up on.
	x.set(noon.Add(40 * time.Minute))
	x.drain()
	want(t, "caught up", x.ask(alerts), "Event e1 1", "Event e2 1", "Event e3 1")
	if s := x.states("new-events"); s[ledger.Done] != 9 || len(s) != 1 { // 11:55 to 12:35
		t.Errorf("windows are %v, want 9 done", s)
	}
	want(t, "health", x.ask("SentinelHealth | summarize count(), sum(tolong(ExtendedProperties.AlertsGeneratedAmount)) by Status"), "Success 9 3")
}

func TestClockThatJumps(t *testing.T) {
	x := open(t, t.TempDir(), newRule(nil))
	x.events(1, noon.Add(-time.Hour))
	x.drain()
	x.set(noon.Add(10 * time.Minute))
	x.drain()
	x.set(noon.Add(-time.Hour)) // back
	x.drain()
	x.set(noon.Add(15 * time.Minute))
	x.drain()
	if s := x.states("new-events"); s[ledger.Done] != 4 || len(s) != 1 {
		t.Errorf("windows are %v, want 4 done", s)
	}
	x.set(noon.Add(30 * 24 * time.Hour)) // and far ahead
	x.drain()
	s := x.states("new-events")
	if s[ledger.Abandoned] != 1 || s[ledger.Done] != 4+6*12-1 {
		t.Errorf("windows are %v, want 1 abandoned for all that were more than 6 hours ago, and the others done", s)
	}
	runs, err := x.ledger.Runs(ledger.Filter{States: []ledger.State{ledger.Abandoned}})
	if err != nil || len(runs) != 1 || !strings.Contains(runs[0].Error, "windows, that of 2026-03-01T12:15:00Z the first, are more than 6h in the past") {
		t.Errorf("given up is %+v, %v", runs, err)
	}
	if n, last := x.trouble(schedule.GivenUp); n != 1 || last.Error != runs[0].Error {
		t.Errorf("told are %d, the last %+v", n, last)
	}
	want(t, "told", x.ask(`SecurityAlert | where ProviderName == "Calypso" | project AlertName, AlertSeverity, tostring(StartTime), tostring(parse_json(ExtendedProperties).State)`),
		"A detection rule was not evaluated: New events Medium 2026-03-01T11:15:00.0000000Z abandoned")
}

// TestOnce runs a rule whose windows overlap, which raises one alert an event.
func TestOnce(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) {
		r.Once, r.First, r.Query = true, 10*24*time.Hour, "Events_CL | project TimeGenerated, Name_s"
	}))
	x.events(1, noon.Add(-3*time.Minute), noon.Add(-3*24*time.Hour)) // the second is in the first window only
	for m := range 25 {
		if m == 7 {
			x.events(3, noon.Add(-30*time.Minute), noon.Add(5*time.Minute)) // one is late
			x.events(5, noon.Add(5*time.Minute))
		}
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.drain()
	}
	want(t, "alerts", x.ask(alerts), "Event e1 1", "Event e2 1", "Event e3 1", "Event e4 1", "Event e5 1")
	want(t, "identities", x.ask("SecurityAlert | summarize count(), dcount(SystemAlertId)"), "5 5")
}

func TestSuppression(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) { r.Suppression = 10 * time.Minute }))
	x.drain()
	x.events(1, noon.Add(-time.Minute), noon.Add(time.Minute), noon.Add(6*time.Minute), noon.Add(11*time.Minute))
	for m := range 25 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.drain()
	}
	want(t, "alerts", x.ask(alerts), "Event e1 1", "Event e4 1")
	if s := x.states("new-events"); s[ledger.Suppressed] != 2 {
		t.Errorf("windows are %v, want 2 suppressed", s)
	}
}

func TestRulesThatFail(t *testing.T) {
	wrong := newRule(func(r *detect.Rule) { r.ID, r.Query = "wrong", "Nothing_CL | where x > 1" })
	x := open(t, t.TempDir(), wrong, newRule(nil))
	x.events(1, noon.Add(-6*time.Minute))
	for m := range 40 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.drain()
	}
	runs, err := x.ledger.Runs(ledger.Filter{Rule: "wrong", States: []ledger.State{ledger.Failed}})
	if err != nil || len(runs) != 2 || runs[0].Attempt != 6 || !strings.Contains(runs[0].Error, "Nothing_CL") {
		t.Fatalf("failed are %+v, %v", runs, err)
	}
	want(t, "the rule beside it", x.ask(alerts), "A detection rule was not evaluated: New events 2", "Event e1 1")
	if n, last := x.trouble(schedule.GivenUp); n != 2 || last.Rule != "wrong" || last.Attempt != 6 || !strings.Contains(last.Error, "Nothing_CL") {
		t.Errorf("%d windows are told to be given up, the last %+v", n, last)
	}
	if n, last := x.trouble(schedule.Failing); n < 10 || last.Attempt < 2 || last.Version == "" || last.To.IsZero() {
		t.Errorf("%d attempts are told to have failed, the last %+v", n, last)
	}
	// The table comes to be: windows that can still be tried succeed.
	x.intake.Deliver(context.Background(), "n", "Nothing_CL", [][]byte{[]byte(`{"TimeGenerated":"2026-03-01T12:00:00Z","x":1}`)})
	x.set(noon.Add(80 * time.Minute))
	x.drain()
	if s := x.states("wrong"); s[ledger.Failed] != 2 || s[ledger.Pending] != 0 || s[ledger.Done] == 0 {
		t.Errorf("windows are %v", s)
	}
}

func TestDisabledRulesAreNotCaughtUp(t *testing.T) {
	r := newRule(nil)
	x := open(t, t.TempDir(), r)
	x.events(1, noon.Add(-time.Hour))
	x.drain()
	off := *r
	off.Disabled = true
	x.rules = []*detect.Rule{&off}
	x.set(noon.Add(time.Hour))
	x.drain()
	x.rules = []*detect.Rule{r}
	x.set(noon.Add(65 * time.Minute))
	x.drain()
	if s := x.states("new-events"); s[ledger.Done] != 2 {
		t.Errorf("windows are %v, want 2 done", s)
	}
}

// TestRuleThatIsAway takes a rule away while a window of it is to be tried again, as
// a file does that is broken when the process starts: the window waits for it, until
// it is too old.
func TestRuleThatIsAway(t *testing.T) {
	r := newRule(nil)
	x := open(t, t.TempDir(), r)
	x.drain() // there is no table yet: the attempt fails
	x.rules = nil
	x.set(noon.Add(10 * time.Minute))
	x.drain()
	if s := x.states("new-events"); s[ledger.Pending] != 1 || len(s) != 1 {
		t.Errorf("without the rule, windows are %v, want 1 pending", s)
	}
	x.events(1, noon.Add(-6*time.Minute))
	x.rules = []*detect.Rule{r}
	x.set(noon.Add(20 * time.Minute))
	x.drain()
	want(t, "with the rule again", x.ask(alerts), "Event e1 1")

	x.rules = []*detect.Rule{newRule(func(r *detect.Rule) { r.Query = "Nothing_CL" })}
	x.set(noon.Add(25 * time.Minute))
	x.drain()
	x.rules = nil
	x.set(noon.Add(8 * time.Hour)) // longer than what is caught up on
	x.drain()
	if s := x.states("new-events"); s[ledger.Abandoned] != 1 || s[ledger.Pending] != 0 {
		t.Errorf("hours later, windows are %v, want 1 abandoned", s)
	}
}

// TestLedgerThatTakesNothing gives a run by cron a ledger that can only be read, as
// on a full disk: it ends with the error, and does not try for ever.
func TestLedgerThatTakesNothing(t *testing.T) {
	dir := t.TempDir()
	x := open(t, dir, newRule(nil))
	x.drain() // there is no table yet: the window is to be tried again
	x.set(noon.Add(2 * time.Minute))
	db, err := database.OpenReader(filepath.Join(dir, "ledger.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if x.ledger, err = ledger.New(db, ""); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := x.scheduler().Drain(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("it ends with %v, %v", err, ctx.Err())
	}
}

// TestFailedMinutesAreCarriedOver lets a near-real-time rule fail for a while: the
// first window that succeeds is about all minutes, and those of more than an hour are
// given up.
func TestFailedMinutesAreCarriedOver(t *testing.T) {
	good := func(r *detect.Rule) { r.Kind, r.Frequency, r.Period, r.Query = detect.NRT, 0, 0, "Events_CL" }
	x := open(t, t.TempDir(), newRule(good))
	bad := newRule(func(r *detect.Rule) { good(r); r.Query = "Nothing_CL" })
	right := x.rules
	for m := range 90 {
		switch m {
		case 3:
			x.rules = []*detect.Rule{bad}
		case 15, 85:
			x.rules = right
		case 20:
			x.rules = []*detect.Rule{bad}
		}
		x.set(noon.Add(time.Duration(m) * time.Minute))
		if m == 5 || m == 30 || m == 82 {
			x.events(m, x.clock().Add(-time.Second))
		}
		x.drain()
	}
	want(t, "alerts", x.ask(alerts), "A detection rule was not evaluated: New events 1", "Event e5 1", "Event e82 1")
	runs, err := x.ledger.Runs(ledger.Filter{States: []ledger.State{ledger.Failed}})
	if err != nil || len(runs) != 1 || runs[0].To.Sub(runs[0].From) != time.Hour {
		t.Errorf("given up are %+v, %v", runs, err)
	}
	// Every minute is in exactly one window that is done or given up.
	all, err := x.ledger.Runs(ledger.Filter{States: []ledger.State{ledger.Failed, ledger.Done}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range len(all) - 1 {
		if !all[i].From.Equal(all[i+1].To) {
			t.Errorf("between %s and %s no window looked, or two did", all[i+1].To, all[i].From)
		}
	}
}

// TestLateRows runs a rule by the time of arrival over rows that come late, twice and
// out of order: none is missed, and none seen twice.
func TestLateRows(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) {
		r.ByArrival, r.Period, r.Query = true, 5*time.Minute, "Events_CL"
	}))
	r := rand.New(rand.NewPCG(3, 4))
	var lines []string
	for m := range 120 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		generated := x.clock().Add(-time.Duration(r.IntN(3*60)) * time.Minute)
		x.events(100+m, generated)
		x.events(100+m, generated) // sent again: it is stored once
		lines = append(lines, fmt.Sprintf("Event e%d 1", 100+m))
		x.drain()
	}
	x.set(noon.Add(140 * time.Minute))
	x.drain()
	want(t, "alerts", x.ask(alerts), lines...)
}

// TestMemoryIsShared gives two rules less memory together than one of them needs: it
// runs alone with all of it, without an attempt that counts.
func TestMemoryIsShared(t *testing.T) {
	hungry := newRule(func(r *detect.Rule) {
		r.ID, r.Query = "hungry", "range i from 1 to 400000 step 1 | summarize count() by tostring(i) | summarize n = count() | where n == 400000"
		r.Override = detect.AlertOverride{}
	})
	x := open(t, t.TempDir(), newRule(nil), hungry)
	x.events(1, noon.Add(-6*time.Minute))
	x.memory = 64 << 20
	x.drain()
	runs, err := x.ledger.Runs(ledger.Filter{})
	if err != nil || len(runs) != 2 {
		t.Fatal(runs, err)
	}
	for _, r := range runs {
		if r.State != ledger.Done || r.Attempt != 1 || r.Alerts != 1 {
			t.Errorf("a run is %+v", r)
		}
	}
	if got := fmt.Sprint(x.shares["hungry"], x.shares["new-events"]); got != "[33554432 67108864] [33554432]" {
		t.Errorf("they were given %s", got)
	}
	x.memory = 8 << 20 // too little for it alone, too
	x.set(noon.Add(5 * time.Minute))
	x.drain()
	runs, err = x.ledger.Runs(ledger.Filter{Rule: "hungry", Limit: 1})
	if err != nil || runs[0].State != ledger.Pending || runs[0].Attempt != 1 || !strings.Contains(runs[0].Error, "E_RUNAWAY_QUERY") {
		t.Errorf("with too little memory it is %+v, %v", runs, err)
	}
}

func TestNearRealTime(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) { r.Kind, r.Frequency, r.Period, r.Query = detect.NRT, 0, 0, "Events_CL" }))
	x.drain()
	x.events(1, noon.Add(-3*time.Hour)) // generated long ago, it arrives now
	for m := range 8 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.drain()
	}
	want(t, "alerts", x.ask(alerts), "Event e1 1")
}

// flaky is a sink that fails before or after the record is stored.
type flaky struct {
	schedule.Sink
	r *rand.Rand
}

func (f flaky) Deliver(ctx context.Context, id, table string, records [][]byte) error {
	if f.r.IntN(3) == 0 {
		return errors.New("the sink is away")
	}
	err := f.Sink.Deliver(ctx, id, table, records)
	if f.r.IntN(3) == 0 {
		return errors.New("the answer is lost")
	}
	return err
}

func TestSinkThatFails(t *testing.T) {
	x := open(t, t.TempDir(), newRule(nil))
	x.sink = flaky{x.intake, rand.New(rand.NewPCG(1, 2))}
	var lines []string
	for i := range 20 {
		x.events(10+i, noon.Add(time.Duration(i)*5*time.Minute+time.Minute))
		lines = append(lines, fmt.Sprintf("Event e%d 1", 10+i))
	}
	for m := range 130 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.drain()
	}
	want(t, "alerts", x.ask(alerts), lines...)
}

// TestKilled kills a process that runs a rule over a day, of which a second is ten
// minutes and more, again and again.
func TestKilled(t *testing.T) {
	if dir := os.Getenv("CALYPSO_SCHEDULE_TO_KILL"); dir != "" {
		runUntilKilled(t, dir)
		return
	}
	dir := t.TempDir()
	x := open(t, dir, grouped())
	x.drain()
	var times []time.Time
	for i := range 12 * 12 {
		times = append(times, noon.Add(time.Duration(i)*5*time.Minute+time.Duration(i)*time.Second))
	}
	x.events(100, times...)
	x.store.Close()
	x.db.Close()
	kills := 0
	for kills < 8 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "CALYPSO_SCHEDULE_TO_KILL="+dir)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(time.Duration(300+rand.IntN(500))*time.Millisecond, func() { cmd.Process.Kill() })
		if cmd.Wait() == nil {
			break // it came to the end of the day
		}
		kills++
	}
	// On a slow machine they have not come far; more than what is caught up on is not
	// to be missed.
	x = open(t, dir, grouped())
	c, _, err := x.ledger.Cursor("new-events")
	if err != nil {
		t.Fatal(err)
	}
	for end := noon.Add(13 * time.Hour); x.clock().Before(end); {
		next := c.To.Add(time.Hour)
		if c.To = next; next.After(end) {
			next = end
		}
		x.set(next)
		x.life(0, false)
	}
	got := x.ask("SecurityAlert | summarize n = count() by AlertName | summarize alerts = count(), sum(n), max(n)")
	want(t, fmt.Sprintf("after %d kills", kills), got, fmt.Sprintf("%d %d 1", len(times), len(times)))
	// The alerts of windows that end in an hour are an incident, which each has changed.
	// The events are a second later each, so that no window ends at 12:05 with one.
	got = x.ask("SecurityIncident | summarize n = count(), arg_max(TimeGenerated, AlertIds) by IncidentNumber | summarize incidents = count(), sum(n), sum(array_length(AlertIds))")
	want(t, fmt.Sprintf("after %d kills", kills), got, fmt.Sprintf("13 %d %d", len(times), len(times)))
	runs := x.runs()
	for i, r := range runs {
		if r.State != ledger.Done || i > 0 && !r.To.Add(5*time.Minute).Equal(runs[i-1].To) {
			t.Errorf("window %s of %s is %s, and the next ends at %s", r.To, r.Rule, r.State, runs[max(i-1, 0)].To)
		}
	}
	if len(runs) != 13*12+1 { // 11:55 to 00:55
		t.Errorf("%d windows are in the ledger", len(runs))
	}
}

func runUntilKilled(t *testing.T, dir string) {
	x := open(t, dir, grouped())
	at := noon
	if c, ok, err := x.ledger.Cursor("new-events"); err != nil {
		t.Fatal(err)
	} else if ok {
		at = c.To.Add(5 * time.Minute)
	}
	for ; at.Before(noon.Add(12 * time.Hour)); at = at.Add(time.Minute) {
		x.set(at)
		x.life(0, false)
	}
}

// TestAlertRecord looks at a whole row of SecurityAlert.
func TestAlertRecord(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) {
		r.Description, r.Severity, r.Tactics, r.Techniques = "It happened.", detect.High, []string{"Impact"}, []string{"T1485", "T1565.001"}
		r.Entities = []detect.EntityMapping{{Type: "Account", Fields: []detect.FieldMapping{{Identifier: "Name", Column: "Name_s"}}}}
		r.CustomDetails = map[string]string{"Which": "Name_s"}
		r.Override.Properties = map[string]string{"AlertLink": "Name_s"}
	}))
	x.events(7, noon.Add(-6*time.Minute))
	x.drain()
	got := x.ask(`SecurityAlert | project AlertSeverity, Status, Tactics, Techniques, SubTechniques, CompromisedEntity, AlertLink, Entities,
		tostring(StartTime), tostring(parse_json(ExtendedProperties)["Custom Details"]), tostring(parse_json(ExtendedProperties)["Query Period"]), AlertType, ProductComponentName`)
	want(t, "the alert", got, `High New Impact ["T1485"] ["T1565.001"] e7 e7 [{"$id":"2","Name":"e7","Type":"account"}] 2026-03-01T11:54:00.0000000Z {"Which":["e7"]} 01:00:00 new-events Scheduled Alerts`)
}

var _ ingest.Tables = tables{}
