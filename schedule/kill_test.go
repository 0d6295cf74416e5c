package schedule_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/ledger"
)

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
