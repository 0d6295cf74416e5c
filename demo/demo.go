// Package demo shows the main job from end to end. It writes the logs of an
// invented tenant as Entra and Sentinel deliver them, loads them as any files,
// runs the shipped detection at every tick of the last hours as it would have
// run then, and holds what fired against what was planted.
//
// The same options give the same logs and the same alerts; only the timings
// differ.
package demo

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/internal/tenant"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/rules"
	"github.com/calypso-kql/calypso/workspace"
)

// Options say how large the demo is.
type Options struct {
	// Dir is the folder for the logs. It is made if need be; one that is not
	// empty must be from an earlier demo, whose logs are replaced.
	Dir string
	// Seed decides everything that is random.
	Seed uint64
	// Users and SignIns are the numbers of people and of sign-in rows.
	Users   int
	SignIns int64
	// Delay is how long after its scheduled time a run happens: what arrived
	// later is not there.
	Delay time.Duration
}

// Defaults are the options of a demo that takes some seconds and 200 MB of disk.
func Defaults() Options {
	return Options{Seed: 7, Users: 2000, SignIns: 40_000, Delay: 5 * time.Minute}
}

// Span is the stretch before the end of the logs over which the detection is
// run.
const Span = 3 * time.Hour

// end is the end of the logs. It is fixed, so that the demo shows the same on
// every day.
func end() time.Time { return time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC) }

// A Demo is one demo: Write, then Load, then Replay.
type Demo struct {
	options Options
	tenant  *tenant.Tenant
	rule    *detect.Rule
	schemas *catalog.Catalog
	set     *files.Set
	querier *workspace.Querier
}

// New invents the tenant and reads the rule.
func New(o Options) (*Demo, error) {
	const risks, alerts = 600, 1500
	d := &Demo{options: o}
	var err error
	if d.tenant, err = tenant.New(tenant.Options{
		Seed: o.Seed, Start: end().Add(-48 * time.Hour), End: end(), Users: o.Users, SignIns: o.SignIns,
		RiskEvents: risks, Alerts: alerts, CaseSpan: Span,
	}); err != nil {
		return nil, err
	}
	text, err := rules.Read(rules.SuspiciousAPITraffic)
	if err != nil {
		return nil, err
	}
	if d.rule, err = detect.Parse(rules.SuspiciousAPITraffic, text); err != nil {
		return nil, err
	}
	if d.schemas, err = catalog.Open(catalog.Sentinel, catalog.WithAdditions()); err != nil {
		return nil, err
	}
	return d, nil
}

// Load reads the logs that Write wrote. progress is told how many of total bytes
// were read since the last call; it may be nil, and may be called concurrently. A
// record that is not understood is an error: the demo has none.
func (d *Demo) Load(ctx context.Context, progress func(n, total int64)) error {
	engine, err := kql.New()
	if err != nil {
		return err
	}
	d.set, err = files.Open(ctx, []files.Spec{{Path: d.options.Dir}},
		files.Options{Tables: tables{d.schemas}, Workers: runtime.GOMAXPROCS(0), Progress: progress})
	if err != nil {
		return err
	}
	if r := d.set.Report(); !r.Clean() {
		return fmt.Errorf("load %s: %v", d.options.Dir, r.Problems()[0])
	}
	ws := workspace.New(d.schemas, d.set)
	d.querier = workspace.NewQuerier(engine, ws, kql.RunOptions{}).WithDelay(d.options.Delay)
	return nil
}

// Rows returns the number of rows that were loaded.
func (d *Demo) Rows() int64 {
	var n int64
	for _, name := range d.set.Names() {
		if t, ok := d.set.Table(name); ok {
			if s, ok := t.(plan.Sizer); ok {
				n += s.Rows()
			}
		}
	}
	return n
}

// Close lets go of the files.
func (d *Demo) Close() error {
	if d.set == nil {
		return nil
	}
	return d.set.Close()
}

// tables gives the readers of files the schemas of a catalog.
type tables struct{ c *catalog.Catalog }

// Schema implements ingest.Tables.
func (t tables) Schema(name string) (types.Schema, bool) {
	x, ok := t.c.Table(name)
	return x.Schema, ok
}

// errNotLoaded is returned by Replay before Load.
var errNotLoaded = errors.New("the logs are not loaded")

// A Run is the rule evaluated for one scheduled time.
type Run struct {
	*detect.Evaluation
	Took time.Duration
}

// Replay runs the rule at every tick of the last Span, the end included. each is
// called after every run, in the order of time.
func (d *Demo) Replay(ctx context.Context, each func(Run) error) error {
	if d.querier == nil {
		return errNotLoaded
	}
	for at := end().Add(tenant.Tick - Span); !at.After(end()); at = at.Add(tenant.Tick) {
		begin := time.Now()
		e, err := detect.Evaluate(ctx, d.rule, at, d.querier)
		if err != nil {
			return err
		}
		if err := each(Run{e, time.Since(begin)}); err != nil {
			return err
		}
	}
	return nil
}
