package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
)

// grouped is a rule whose alerts of an hour are an incident.
func grouped() *detect.Rule {
	return newRule(func(r *detect.Rule) {
		r.Incident = detect.IncidentConfiguration{Create: true, Grouping: detect.IncidentGrouping{Enabled: true, LookBack: 55 * time.Minute, Matching: detect.AnyAlert}}
	})
}

func (x *tenant) openIncidents() *incident.Store {
	x.t.Helper()
	s, err := incident.Open(x.db, incident.Options{Now: x.clock})
	if err != nil {
		x.t.Fatal(err)
	}
	return s
}

// latest are incidents as KQL sees them: one row for each, the latest.
const latest = "SecurityIncident | summarize arg_max(TimeGenerated, *) by IncidentNumber | sort by IncidentNumber asc"

// mortal counts the steps of a process, and is dead from one of them on: the step is
// not made, or it is made and nobody learns of it.
type mortal struct {
	x         *tenant
	incidents *incident.Store
	mu        sync.Mutex // of steps
	steps     int
	dies      int
	after     bool
}

var errDead = errors.New("the process is dead")

func (m *mortal) step(f func() error) error {
	m.mu.Lock()
	m.steps++
	n := m.steps
	m.mu.Unlock()
	if m.dies > 0 && (n > m.dies || n == m.dies && !m.after) {
		return errDead
	}
	err := f()
	if n == m.dies {
		return errDead
	}
	return err
}

func (m *mortal) Deliver(ctx context.Context, id, table string, records [][]byte) error {
	return m.step(func() error { return m.x.intake.Deliver(ctx, id, table, records) })
}

func (m *mortal) Add(ctx context.Context, window time.Time, c detect.IncidentConfiguration, rows [][]byte) error {
	return m.step(func() error { return m.incidents.Add(ctx, window, c, rows) })
}

// life runs what is due, and delivers incidents, as a process does that may die.
func (x *tenant) life(dies int, after bool) (steps int) {
	x.t.Helper()
	m := &mortal{x: x, incidents: x.openIncidents(), dies: dies, after: after}
	x.sink, x.incidents = m, m
	if err := x.scheduler().Drain(context.Background()); err != nil {
		x.t.Fatal(err)
	}
	if _, err := m.incidents.Deliver(context.Background(), m); err != nil && !errors.Is(err, errDead) {
		x.t.Fatal(err)
	}
	return m.steps
}

// TestDeathBetweenSteps lets the process die before and after every step that it
// makes for two alerts, and lives on: nothing is lost and nothing is there twice.
func TestDeathBetweenSteps(t *testing.T) {
	for step := 1; ; step++ {
		reached := false
		for _, after := range []bool{false, true} {
			x := open(t, t.TempDir(), grouped())
			x.events(1, noon.Add(-7*time.Minute), noon.Add(-6*time.Minute), noon.Add(time.Minute))
			reached = x.life(step, after) >= step
			for m := range 2 {
				x.set(noon.Add(time.Duration(5*(m+1)) * time.Minute)) // what was to be tried again is
				x.life(0, false)
			}
			what := fmt.Sprintf("death at step %d, after it: %v", step, after)
			want(t, what, x.ask("SecurityAlert | summarize count() by AlertName | sort by AlertName asc"), "Event e1 1", "Event e2 1", "Event e3 1")
			want(t, what, x.ask("SecurityIncident | summarize count() by tostring(IncidentNumber), Status"), "1 New 2")
			want(t, what, x.ask(latest+" | project tostring(array_length(AlertIds)), tostring(AdditionalData.alertsCount), ModifiedBy, tostring(RelatedAnalyticRuleIds)"), `3 3 Alert updated ["new-events"]`)
			x.db.Close()
			x.store.Close()
		}
		if !reached {
			if step < 5 {
				t.Errorf("there are %d steps only", step-1)
			}
			return
		}
	}
}

// TestIncidentsOfARuleThatIsAway takes the rule away after its alerts are in the
// ledger: they are grouped as it said.
func TestIncidentsOfARuleThatIsAway(t *testing.T) {
	x := open(t, t.TempDir(), grouped())
	x.events(1, noon.Add(-7*time.Minute), noon.Add(-6*time.Minute))
	x.life(1, false) // dies when the alerts are to be delivered
	x.rules = nil
	x.set(noon.Add(2 * time.Minute))
	x.life(0, false)
	want(t, "incidents", x.ask(latest+" | project tostring(array_length(AlertIds)), Severity, tostring(AdditionalData.alertProductNames)"), `2 Low ["Azure Sentinel"]`)
}

// TestLossesAreIncidents loses windows of two rules: those of each are an incident.
func TestLossesAreIncidents(t *testing.T) {
	other := newRule(func(r *detect.Rule) { r.ID, r.Name, r.Query = "other", "Other", "Nothing_CL" })
	wrong := newRule(func(r *detect.Rule) { r.Query = "Nothing_CL | where x > 1" })
	x := open(t, t.TempDir(), wrong, other)
	x.events(1, noon)
	for m := range 50 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		x.life(0, false)
	}
	want(t, "incidents", x.ask(latest+` | project Title, Severity, tostring(array_length(AlertIds) > 1), tostring(AdditionalData.alertProductNames) | sort by Title asc`),
		`A detection rule was not evaluated: New events Medium True ["Calypso"]`, `A detection rule was not evaluated: Other Medium True ["Calypso"]`)
}
