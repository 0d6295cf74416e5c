// Package tenant invents a Microsoft Entra tenant and the logs it would have
// written: sign-ins, risk detections and security alerts. The same options
// give the same logs, byte for byte. Sign-ins are computed one by one from
// their position, so millions of them need no memory and any of them can be
// asked for on its own.
//
// Cases are planted among the rows: risk detections with a known right answer
// for the detection of suspicious API traffic. Tests, the demo and the
// benchmarks all check against them.
package tenant

import (
	"errors"
	"fmt"
	"time"
)

// Options say how large a tenant is and which time its logs cover. The zero
// value of a count means none of that kind, except Users, which must be set.
type Options struct {
	// Seed decides everything that is random.
	Seed uint64
	// Start and End bound the time of every event: Start <= t < End. End must
	// be a whole multiple of Tick.
	Start, End time.Time
	// Users is the number of people with an account.
	Users int
	// SignIns is the number of sign-in rows, planted ones included.
	SignIns int64
	// Even spreads the sign-ins evenly over the time instead of by the hours of the
	// day.
	Even bool
	// RiskEvents is the least number of risk rows; the planted ones are
	// always there.
	RiskEvents int
	// Alerts is the least number of alert rows, likewise.
	Alerts int
	// APITraffic is the share, 0 to 1, of invented detections that are
	// suspicious API traffic too. At 0 only planted cases are.
	APITraffic float64
	// CaseSpan is the stretch before End over which the first sightings of
	// the planted cases are spread. At Tick or less all of them fall into the
	// last window.
	CaseSpan time.Duration
}

// Tick is the distance between two runs of the detection, and the width of
// the window in which a risk event counts as new.
const Tick = 5 * time.Minute

// least is the shortest time the planted cases fit into: one of them is first
// seen more than a day before the end.
const least = 36 * time.Hour

// A Tenant is a generator that is ready to be asked. It is immutable, so
// any number of goroutines may use it.
type Tenant struct {
	opt  Options
	from int64 // Start, Unix nanoseconds
	to   int64 // End, Unix nanoseconds
	day  curve

	id        string // directory (tenant) id
	name      string // display name of the directory
	workspace workspace

	users     []user
	places    []place
	apps      []app
	appWeight int
	policies  []policySet
	outcomes  []outcome
	offices   []string // egress addresses of the head offices

	planted []plantedSignIn // ascending by position
	risk    []RiskEvent     // ascending by time
	alerts  []Alert         // ascending by time
	cases   []Case
}

// workspace names the Log Analytics workspace that rows are exported from.
type workspace struct {
	id, subscription, group, name string
}

// New checks the options and prepares the tenant. It takes time and memory in
// proportion to Users, RiskEvents and Alerts, not to SignIns.
func New(o Options) (*Tenant, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("tenant: %w", err)
	}
	t := &Tenant{opt: o, from: o.Start.UnixNano(), to: o.End.UnixNano()}
	r := newRNG(o.Seed, streamTenant, 0)
	t.id, t.name = r.guid(), "Northharbour Lines"
	t.workspace = workspace{id: r.guid(), subscription: r.guid(), group: "rg-soc-prod", name: "law-northharbour"}
	t.day = newCurve(t.from, t.to, o.Even)
	t.places = newPlaces()
	t.apps = newApps(o.Seed)
	for _, a := range t.apps {
		t.appWeight += a.weight
	}
	t.policies = newPolicies(o.Seed)
	t.outcomes = newOutcomes()
	t.offices = newOffices()
	t.users = newUsers(t, o.Users)
	if err := t.plant(); err != nil {
		return nil, fmt.Errorf("tenant: %w", err)
	}
	t.inventRisk()
	t.inventAlerts()
	return t, nil
}

func (o *Options) check() error {
	switch {
	case o.Users < 1:
		return errors.New("users: want at least 1")
	case !o.End.After(o.Start):
		return errors.New("end: not after start")
	case o.End.Sub(o.Start) < least:
		return fmt.Errorf("start to end is %s: want at least %s", o.End.Sub(o.Start), least)
	case o.End.UnixNano()%int64(Tick) != 0:
		return fmt.Errorf("end %s: not a multiple of %s", o.End.UTC().Format(time.RFC3339), Tick)
	case o.APITraffic < 0 || o.APITraffic > 1:
		return fmt.Errorf("share of API traffic %g: not between 0 and 1", o.APITraffic)
	case o.CaseSpan <= 0 || o.CaseSpan > 12*time.Hour:
		return fmt.Errorf("case span %s: want more than 0, at most 12h", o.CaseSpan)
	}
	return nil
}

// Name is the display name of the directory.
func (t *Tenant) Name() string { return t.name }

// SignIns is the number of sign-in rows, planted ones included.
func (t *Tenant) SignIns() int64 { return t.opt.SignIns }

// RiskEvents returns the risk rows, ascending by time. The caller must not
// change them.
func (t *Tenant) RiskEvents() []RiskEvent { return t.risk }

// Alerts returns the alert rows, ascending by time. The caller must not change
// them.
func (t *Tenant) Alerts() []Alert { return t.alerts }

// Cases returns what was planted and what must come of it. The caller must not
// change it.
func (t *Tenant) Cases() []Case { return t.cases }
