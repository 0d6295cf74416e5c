package schedule_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
	"github.com/calypso-kql/calypso/schedule"
)

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

func TestNearRealTime(t *testing.T) {
	x := open(t, t.TempDir(), newRule(func(r *detect.Rule) { r.Kind, r.Frequency, r.Period, r.Query = detect.NRT, 0, 0, "Events_CL" }))
	x.drain()
	x.events(1, noon.Add(-3*time.Hour)) // generated long ago, it arrives now
	for m := range 8 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.drain()
	}
	want(t, "alerts", x.ask(alerts), "Event e1 1")
	want(t, "who raises them", x.ask("SecurityAlert | distinct ProviderName, ProductComponentName"), "ASI NRT Alerts NRT Alerts")
}
