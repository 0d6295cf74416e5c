package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
	"github.com/calypso-kql/calypso/schedule"
)

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
