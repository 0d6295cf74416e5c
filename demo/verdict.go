package demo

import (
	"fmt"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/tenant"
)

// A Verdict is what the runs so far came to, held against what was planted.
type Verdict struct {
	// Fired are the alerts, in order.
	Fired []Fired
	// Wrong says in words all that is not as it must be. Judge fills it.
	Wrong []string

	cases []tenant.Case
	runs  []time.Duration
	from  time.Time
	to    time.Time
}

// A Fired is an alert with the case that it is about.
type Fired struct {
	At    time.Time // the scheduled time
	Alert detect.Alert
	// Case is nil if nothing that was planted explains the alert.
	Case *tenant.Case

	user, riskState, alertStatus, address string
}

// NewVerdict returns the verdict on no runs.
func (d *Demo) NewVerdict() *Verdict { return &Verdict{cases: d.tenant.Cases()} }

// Add takes a run into the verdict and returns its alerts.
func (v *Verdict) Add(r Run) []Fired {
	if len(v.runs) == 0 {
		v.from = r.To
	}
	v.to = r.To
	v.runs = append(v.runs, r.Took)
	before := len(v.Fired)
	for _, a := range r.Alerts {
		has := func(column string) (string, bool) {
			text, ok := r.Text(column)
			if !ok || len(a.Rows) == 0 {
				return "", false
			}
			return text(a.Rows[0]), true
		}
		cell := func(column string) string { s, _ := has(column); return s }
		f := Fired{At: r.To, Alert: a, Case: v.find(cell("Id")),
			user: cell("UserPrincipalName"), riskState: cell("RiskState"), alertStatus: cell("AlertStatus"), address: cell("IPAddress")}
		v.Fired = append(v.Fired, f)
		v.check(f, cell("Id"), has)
	}
	return v.Fired[before:]
}

func (v *Verdict) find(id string) *tenant.Case {
	for i := range v.cases {
		if v.cases[i].ID == id {
			return &v.cases[i]
		}
	}
	return nil
}

// check holds an alert against its case. Columns that the rule's result does not
// have, such as the right key of its lookup, are not compared.
func (v *Verdict) check(f Fired, id string, cell func(string) (string, bool)) {
	switch {
	case f.Case == nil:
		v.wrong("%s: %s fired and was not planted", clock(f.At), id)
	case f.Case.Window.IsZero():
		v.wrong("%s: %s fired and must never fire: %s", clock(f.At), f.Case.Name, f.Case.About)
	case !f.Case.FiresAt(f.At):
		v.wrong("%s: %s fired and must fire at %s only", clock(f.At), f.Case.Name, stamp(f.Case.Window))
	default:
		for _, want := range f.Case.Want {
			if got, ok := cell(want.Column); ok && got != want.Value {
				v.wrong("%s: %s has %s %q, planted was %q", clock(f.At), f.Case.Name, want.Column, got, want.Value)
			}
		}
	}
}

// Judge looks for what did not fire. It is called once, after the last run.
func (v *Verdict) Judge() {
	fired := map[string]int{}
	for _, f := range v.Fired {
		if f.Case != nil {
			fired[f.Case.Name]++
		}
	}
	for i := range v.cases {
		c := &v.cases[i]
		if v.expected(c) && fired[c.Name] == 0 {
			v.wrong("%s: %s did not fire: %s", clock(c.Window), c.Name, c.About)
		}
		if fired[c.Name] > 1 {
			v.wrong("%s fired %d times", c.Name, fired[c.Name])
		}
	}
}

// expected reports whether a case must fire in one of the runs.
func (v *Verdict) expected(c *tenant.Case) bool {
	return len(v.runs) > 0 && !c.Window.Before(v.from) && !c.Window.After(v.to)
}

func (v *Verdict) wrong(format string, args ...any) {
	v.Wrong = append(v.Wrong, fmt.Sprintf(format, args...))
}

// split sorts the cases: those that must fire in these runs, those that had
// fired before, and those that must never fire.
func (v *Verdict) split() (must, earlier, never []*tenant.Case) {
	for i := range v.cases {
		switch c := &v.cases[i]; {
		case c.Window.IsZero():
			never = append(never, c)
		case v.expected(c):
			must = append(must, c)
		default:
			earlier = append(earlier, c)
		}
	}
	return must, earlier, never
}

func clock(t time.Time) string { return t.UTC().Format("15:04") }
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") }
