package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

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

func scheduleCommand() *cobra.Command {
	var (
		file, dir, now, source string
		rules                  []string
		saved                  savedFlags
	)
	c := &cobra.Command{
		Use:   "schedule --store DIR --rules PATH… [--config FILE] [--now T]",
		Short: "Run what is due of rules, once: for cron, and for a look at what they would find",
		Long: `Run the windows of rules that are due and have not run, in order, write their
alerts to SecurityAlert and the incidents that they make to SecurityIncident in the
store, and end. calypso serve --rules does the same all the time; calypso runs shows
what has run, calypso incidents what came of it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig(file, overriding(nil, dir, ""))
			if err != nil {
				return err
			}
			c.Rules = append(c.Rules, rules...)
			c.Schedule.Stagger = 0 // what is due runs now
			if source != "" {
				c.Database = source
			}
			if len(c.Rules) == 0 {
				return errors.New("want --rules PATH: a file or folder of rules")
			}
			clock := time.Now
			if now != "" {
				ticks, err := parseNow(now)
				if err != nil {
					return err
				}
				clock = func() time.Time { return types.TimeOf(ticks) }
			}
			return runSchedule(cmd.Context(), c, saved.with(c.Workspace), clock, served{Config: file, Rules: rules, Database: source})
		},
	}
	saved.register(c)
	c.Flags().StringVar(&file, "config", "", "configuration file")
	c.Flags().StringVar(&dir, "store", "", "the store's folder; overrides the file and CALYPSO_STORE")
	c.Flags().StringArrayVar(&rules, "rules", nil, "file or folder of rules; may be repeated")
	c.Flags().StringVar(&now, "now", "", "the time; this machine's clock if not given")
	c.Flags().StringVar(&source, "database", "", databaseUsage)
	return c
}

func runSchedule(ctx context.Context, c config.Config, saved *savedFlags, clock func() time.Time, told served) (err error) {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	cat, err := openCatalog(c.Catalog)
	if err != nil {
		return err
	}
	engine, err := kql.New()
	if err != nil {
		return failed(err)
	}
	s, err := openStore(c.Store, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, failed(s.Close())) }()
	in := intake.New(intake.Options{Store: s, Tables: tablesOf{schemas{cat}, s}, Grows: schemas{cat}.grows, Now: clock})
	names, err := saved.open(false)
	if err != nil {
		return err
	}
	names = append(names, createdFunctions(s, func(err error) { log.Error("store", "error", err) }))
	t := tally{states: map[ledger.State]int{}}
	db, node, err := openDatabase(c, database.Open)
	if err != nil {
		return failed(err)
	}
	defer func() { err = errors.Join(err, failed(db.Close())) }()
	if err := told.leave(c.Store); err != nil {
		return failed(err)
	}
	incidents, responses, err := openIncidents(c, db, node, clock, log, nil)
	if err != nil {
		return failed(err)
	}
	scheduler, l, err := ruleParts{t.ended, nil, engine, cat, names, saved.locator, s, in, db, node, incidents, responses}.scheduler(c, clock, log)
	if err != nil {
		return failed(err)
	}
	if err := scheduler.Drain(ctx); err != nil {
		return failed(err)
	}
	if _, err := incidents.Deliver(ctx, in); err != nil {
		return failed(err)
	}
	if err := responses.queue.Drain(ctx); err != nil {
		return failed(err)
	}
	left, err := l.Runs(ledger.Filter{States: []ledger.State{ledger.Pending, ledger.Running, ledger.Evaluated}})
	if err != nil {
		return failed(err)
	}
	return t.tell(len(left))
}

// A tally counts the windows that have ended, and their alerts.
type tally struct {
	mu     sync.Mutex
	states map[ledger.State]int
	alerts int64
}

func (t *tally) ended(r ledger.Run, _ time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.states[r.State]++
	t.alerts += r.Alerts
}

// tell prints the figures; left windows have not ended. Failed ones are an error.
func (t *tally) tell(left int) error {
	fmt.Printf("%s done, %d failed, %d to be tried again, %s\n", count(t.states[ledger.Done], "window"), t.states[ledger.Failed], left, count(int(t.alerts), "alert"))
	if t.states[ledger.Failed] > 0 {
		return &exitError{code: exitFailed}
	}
	return nil
}

func runsCommand() *cobra.Command {
	var (
		from   databaseFlags
		f      ledger.Filter
		states []string
		format string
	)
	c := &cobra.Command{
		Use:   "runs --store DIR [--rule RULE] [--state S,…] [--limit N] [-o table|json]",
		Short: "Show which windows of rules have run, and what came of them",
		Long: `Show the windows of rules, the latest first, also while calypso serve runs. States:
pending, running, evaluated (its alerts are to be written), done, failed (tried six
times), suppressed (shortly after an alert), carried (failed, and taken on by the
next), overdue and then abandoned (too far in the past).`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			asJSON, err := isJSON(format, "table")
			if err != nil {
				return err
			}
			if f.States, err = each(states, ledger.ParseState); err != nil {
				return err
			}
			l, closeIt, err := from.ledger(false)
			if err != nil {
				return err
			}
			defer closeIt()
			runs, err := l.Runs(f)
			if err != nil {
				return failed(err)
			}
			if asJSON {
				return printJSON(append([]ledger.Run{}, runs...)) // [] of none
			}
			defer tellLimit(len(runs), f.Limit)
			return writeRuns(runs)
		},
	}
	from.register(c)
	c.Flags().StringVar(&f.Rule, "rule", "", "only the rule with this ID or name")
	c.Flags().StringSliceVar(&states, "state", nil, "only windows in these states")
	c.Flags().IntVar(&f.Limit, "limit", 50, "at most so many; 0 is all")
	c.Flags().StringVarP(&format, "output", "o", "table", "table for people, json for machines")
	return c
}

func writeRuns(runs []ledger.Run) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "Window ends\tRule\tState\tAttempt\tRows\tAlerts\tStarted\tTook\tError")
	for _, r := range runs {
		started, took := "", ""
		if !r.Started.IsZero() {
			started = stamp(r.Started)
			if !r.Ended.IsZero() {
				took = r.Ended.Sub(r.Started).Round(time.Millisecond).String()
			}
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%d\t%s\t%s\t%s\n", stamp(r.To), r.Name, r.State, r.Attempt, r.Rows, r.Alerts, started, took, errorOf(&r))
	}
	return failed(w.Flush())
}

// errorOf returns what a window failed with, in a line that does not say again which one
// it was.
func errorOf(r *ledger.Run) string {
	text := strings.TrimPrefix(r.Error, fmt.Sprintf("rule %s at %s: ", r.Name, r.To.Format(time.RFC3339)))
	line, rest, _ := strings.Cut(text, "\n")
	if strings.HasSuffix(line, ":") {
		what, _, _ := strings.Cut(rest, "\n")
		line += " " + what
	}
	return oneLine(line)
}
