package main

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/ledger"
	"github.com/calypso-kql/calypso/schedule"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/telemetry"
	"github.com/calypso-kql/calypso/workspace"
)

// ruleParts are what rules are run with.
type ruleParts struct {
	ended   func(ledger.Run, time.Duration) // nil for nobody
	metrics *telemetry.Metrics              // nil for none
	engine  *kql.Engine
	catalog *catalog.Catalog
	names   []workspace.Option // functions, watchlists and so on
	locator function.Locator
	store   *store.Store
	intake  *intake.Intake
	// database holds the ledger, in which this process is called node, and incidents.
	database  *database.DB
	node      string
	incidents *incident.Store
	responses *responses
}

// scheduler returns a scheduler of the rules of a configuration, and its ledger.
func (p ruleParts) scheduler(c config.Config, now func() time.Time, log *slog.Logger) (*schedule.Scheduler, *ledger.Ledger, error) {
	l, err := ledger.New(p.database, p.node)
	if err != nil {
		return nil, nil, err
	}
	rules := schedule.NewRuleSet(c.Rules, l, now, log, p.responses.troubled)
	timing := &timing{schedule: c.Schedule, engine: p.engine, workspace: func() *workspace.Workspace { return workspace.New(p.catalog, p.store.Snapshot(), p.names...) }}
	return schedule.New(schedule.Options{
		Ledger: l, Sink: p.intake, Workspace: command.Database, Incidents: p.incidents, Now: now, Log: log, Ended: p.ended, Troubled: p.responses.troubled,
		Delay: c.Schedule.Delay, NRTDelay: c.Schedule.NRTDelay, CatchUp: c.Schedule.CatchUp, Keep: c.Schedule.Keep, Workers: c.Schedule.Workers, Stagger: c.Schedule.Stagger,
		Rules: func() ([]*detect.Rule, error) {
			all, err := rules.Rules()
			return timing.all(all), err
		},
		Arrived: p.store.ArrivedUntil, Memory: c.Schedule.Memory, TooLarge: tooLarge, Processors: cmp.Or(c.Schedule.Processors, runtime.GOMAXPROCS(0)),
		Querier: func(r *detect.Rule, share schedule.Share) detect.Querier {
			o := kql.RunOptions{MemoryLimit: min(share.Memory, c.Limits.QueryMemory), Workers: share.Processors, Locations: p.locator}
			q := querierOf(r, workspace.NewQuerier(p.engine, workspace.New(p.catalog, p.store.Snapshot(), p.names...), o))
			if r.Arrival() {
				q = q.ByArrival()
			}
			return limited{q, c.Limits.QueryTime}
		},
	}), l, nil
}

// querierOf returns the querier for a rule: custom detections are written for the tables
// of the Defender portal.
func querierOf(r *detect.Rule, q *workspace.Querier) *workspace.Querier {
	if r.Origin == detect.CustomDetection {
		return q.InPortal()
	}
	return q
}

// tooLarge tells an error of a query that needed more memory than it might have.
func tooLarge(err error) bool {
	var e *exec.Error
	return errors.As(err, &e) && e.Kind == exec.Memory
}

// limited bounds the time of queries.
type limited struct {
	detect.Querier
	most time.Duration
}

// Query implements detect.Querier.
func (q limited) Query(ctx context.Context, text string, from, to time.Time) (s types.Schema, b []*column.Batch, err error) {
	if q.most > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, q.most)
		defer cancel()
	}
	return q.Querier.Query(ctx, text, from, to)
}

// runningRules are rules that run beside the server, and what comes of their alerts.
type runningRules struct {
	stop, end    context.CancelFunc
	wg, delivery sync.WaitGroup
}

// startRules runs the rules of a configuration until close, and delivers what changes
// of incidents, also where it has no rules.
func startRules(ctx context.Context, c config.Config, p ruleParts, log *slog.Logger) (*runningRules, error) {
	r := &runningRules{}
	var s *schedule.Scheduler
	if len(c.Rules) > 0 {
		var err error
		p.ended = func(run ledger.Run, late time.Duration) { p.metrics.RuleRan(ruleRun(run, late)) }
		if s, _, err = p.scheduler(c, time.Now, log); err != nil {
			return nil, err
		}
	}
	ctx, r.stop = context.WithCancel(ctx)
	if s != nil {
		p.metrics.WatchRules(s.Backlog)
		r.wg.Go(func() { s.Run(ctx) })
	}
	delivering, end := context.WithCancel(context.WithoutCancel(ctx))
	r.end = end
	r.delivery.Go(func() { deliverIncidents(delivering, p.incidents, p.intake, log) })
	r.delivery.Go(func() { p.responses.run(delivering) })
	return r, nil
}

// ruleRun is what metrics say of a window.
func ruleRun(run ledger.Run, late time.Duration) telemetry.RuleRun {
	out := telemetry.RuleRun{Rule: run.Rule, State: string(run.State), Window: run.To, Rows: run.Rows, Alerts: run.Alerts, Late: late, Done: run.State == ledger.Done}
	if !run.Started.IsZero() {
		out.Took = run.Ended.Sub(run.Started)
	}
	return out
}

// close lets the windows under way end, and then what came of them be delivered.
func (r *runningRules) close() {
	r.stop()
	r.wg.Wait()
	r.end()
	r.delivery.Wait()
}
