package schedule_test

import (
	"testing"
	"time"

	"github.com/calypso-kql/calypso/ledger"
)

// TestWindowsAreForgotten has closed windows leave the ledger when they are old, and
// neither open ones nor how far the rule has come.
func TestWindowsAreForgotten(t *testing.T) {
	x := open(t, t.TempDir(), newRule(nil))
	x.events(1, noon.Add(-time.Hour))
	x.keep = 7 * time.Hour
	s := x.scheduler()
	at := func(now time.Time) {
		x.set(now)
		if err := s.Drain(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for m := 0; m <= 60; m += 5 {
		at(noon.Add(time.Duration(m) * time.Minute))
	}
	if n := len(x.runs()); n != 13 {
		t.Fatalf("%d windows", n)
	}
	// A window of a rule that is away is open.
	away := ledger.Run{Rule: "away", Name: "away", From: noon.Add(-2 * time.Hour), To: noon.Add(-time.Hour), State: ledger.Pending, NotBefore: noon.Add(24 * time.Hour)}
	if err := x.ledger.Enter([]ledger.Run{away}); err != nil {
		t.Fatal(err)
	}
	if err := x.ledger.ForgetRuns(noon.Add(50 * time.Minute)); err != nil {
		t.Fatal(err)
	}
	runs := x.runs()
	if len(runs) != 3 || runs[0].To != noon.Add(55*time.Minute) || runs[1].To != noon.Add(50*time.Minute) || runs[2].State != ledger.Pending {
		t.Errorf("left are %+v", runs)
	}
	at(noon.Add(8*time.Hour + time.Minute))
	for _, r := range x.runs() {
		if r.State != ledger.Pending && r.To.Before(noon.Add(time.Hour+time.Minute)) {
			t.Errorf("the window that ends at %s is still there", r.To)
		}
	}
	now, err := x.ledger.Cursors()
	if err != nil || now["new-events"].To != noon.Add(7*time.Hour+55*time.Minute) {
		t.Errorf("the rule has come to %v, %v", now, err)
	}
}

func (x *tenant) runs() []ledger.Run {
	x.t.Helper()
	runs, err := x.ledger.Runs(ledger.Filter{})
	if err != nil {
		x.t.Fatal(err)
	}
	return runs
}
