package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/ledger"
)

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
