package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"sync"
	"sync/atomic"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/ledger"
	"github.com/calypso-kql/calypso/schedule"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/workspace"
)

// begin is when the store is empty.
func begin() time.Time { return time.Date(2025, 6, 16, 0, 0, 0, 0, time.UTC) }

// A simulation is a store that grows and the rules over it, on a clock of its own.
type simulation struct {
	o      options
	rules  []*detect.Rule
	store  *store.Store
	db     *database.DB
	ledger *ledger.Ledger
	engine *kql.Engine
	known  *catalog.Catalog
	feed   *feed
	runner *schedule.Scheduler
	ended  atomic.Int64 // windows that are closed
	clock  clock

	mu     sync.Mutex
	runs   []ruleRun
	ticks  []tick
	sample bool // runs are compared now
	rows   int64
	fed    float64 // processor ms
	// comparing are those of this tick that runs for comparison took.
	comparing float64
}

// A tick is one time at which rules are due.
type tick struct {
	hour float64
	rows int64   // in the store
	cpu  float64 // processor ms, of all that the scheduler does, without comparisons
}

// A clock is set, or runs.
type clock struct {
	set     atomic.Int64 // microseconds
	running atomic.Pointer[time.Time]
}

func (c *clock) now() time.Time {
	t := time.UnixMicro(c.set.Load()).UTC()
	if since := c.running.Load(); since != nil {
		t = t.Add(time.Since(*since))
	}
	return t
}

func (c *clock) to(t time.Time) { c.set.Store(t.UnixMicro()) }

// tables makes the catalog the knowledge of tables.
type tables struct{ *catalog.Catalog }

// Schema implements [ingest.Tables].
func (t tables) Schema(table string) (types.Schema, bool) {
	x, ok := t.Table(table)
	return x.Schema, ok
}

var _ ingest.Tables = tables{}

func newSimulation(o options, rules []*detect.Rule) (*simulation, error) {
	s := &simulation{o: o, rules: rules}
	s.clock.to(begin())
	note := func(err error) { fmt.Fprintln(os.Stderr, "store:", err) }
	var err error
	if s.engine, err = kql.New(); err != nil {
		return nil, err
	}
	if s.known, err = catalog.Open(catalog.Sentinel); err != nil {
		return nil, err
	}
	s.store, err = store.Open(filepath.Join(o.dir, "store"), store.Options{Now: s.clock.now, Note: note, FragmentBytes: o.fragmentBytes})
	if err != nil {
		return nil, err
	}
	if s.db, err = database.Open(filepath.Join(o.dir, "ledger.db")); err != nil {
		return nil, errors.Join(err, s.store.Close())
	}
	if s.ledger, err = ledger.New(s.db, ""); err != nil {
		return nil, errors.Join(err, s.close())
	}
	in := intake.New(intake.Options{Store: s.store, Tables: tables{s.known}, Now: s.clock.now})
	s.feed, err = newFeed(o, begin(), in, func(table string) types.Schema {
		t, _ := s.known.Table(table)
		return t.Schema
	})
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	s.runner = s.scheduler(1)
	if err := s.resume(); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// scheduler returns a scheduler of the rules.
func (s *simulation) scheduler(workers int) *schedule.Scheduler {
	return schedule.New(schedule.Options{
		Ledger: s.ledger, Sink: s.feed.in, Now: s.clock.now, Workers: workers, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Rules: func() ([]*detect.Rule, error) { return s.rules, nil }, Querier: s.querier, Delay: -1, NRTDelay: -1,
		Ended: func(ledger.Run, time.Duration) { s.ended.Add(1) },
	})
}

func (s *simulation) close() error { return errors.Join(s.store.Close(), s.db.Close()) }

// sift leaves out the rules that can't be run here: that read files of the network,
// or tables and functions that are not there.
func (s *simulation) sift(ctx context.Context, w io.Writer, most int) {
	var runnable []*detect.Rule
	wrong := 0
	for _, r := range s.rules {
		q := workspace.NewQuerier(s.engine, workspace.New(s.known, s.store.Snapshot()), kql.RunOptions{})
		if _, _, err := q.Query(ctx, r.Query, begin(), begin().Add(time.Second)); err != nil {
			wrong++
			continue
		}
		runnable = append(runnable, r)
	}
	s.rules = nil
	if most == 0 || len(runnable) == 0 {
		most = len(runnable)
	}
	for i := range most {
		r := *runnable[i%len(runnable)]
		if i >= len(runnable) {
			r.ID = fmt.Sprintf("%s-%d", r.ID, i/len(runnable)+1)
		}
		s.rules = append(s.rules, &r)
	}
	fmt.Fprintf(w, "%d of %d rules can be run here; %d run\n", len(runnable), len(runnable)+wrong, len(s.rules))
}

// grow feeds the store until the hours are over, and runs the rules that are due.
func (s *simulation) grow(ctx context.Context) error {
	if len(s.o.at) == 0 {
		if err := s.runUntil(ctx, s.o.hours, s.o.profile); err != nil {
			return err
		}
		return s.save()
	}
	rules := s.rules
	for i, at := range s.o.at {
		first := begin().Add(hoursOf(at) - s.o.spell)
		if first.Before(s.clock.now()) {
			continue // a run before this one was here
		}
		if err := s.fill(ctx, first); err != nil {
			return err
		}
		// Windows of the time between are not to be caught up on: to the scheduler
		// they are other rules.
		s.rules = nil
		for _, r := range rules {
			other := *r
			other.ID = fmt.Sprintf("%s at %gh", r.ID, at)
			s.rules = append(s.rules, &other)
		}
		profile := ""
		if i == len(s.o.at)-1 {
			profile = s.o.profile
		}
		if err := s.runUntil(ctx, at, profile); err != nil {
			return err
		}
	}
	return s.save()
}

func hoursOf(h float64) time.Duration { return time.Duration(h * float64(time.Hour)) }

// fill feeds the store without a rule that runs.
func (s *simulation) fill(ctx context.Context, to time.Time) error {
	from := cpuTime()
	n, err := s.feed.fill(ctx, s.o.rate, s.clock.now(), to, s.clock.to)
	if err != nil {
		return err
	}
	if err := s.store.Tend(); err != nil {
		return err
	}
	s.rows += n
	s.fed += cpuTime() - from
	return nil
}

// runUntil feeds the store until an hour and runs the rules when they are due. profile,
// if not empty, is the file for a profile of the last hour.
func (s *simulation) runUntil(ctx context.Context, hour float64, profile string) error {
	end := begin().Add(hoursOf(hour))
	stop := func() {}
	defer func() { stop() }()
	for at := s.clock.now().Truncate(s.o.every).Add(s.o.every); !at.After(end); at = at.Add(s.o.every) {
		if profile != "" && at.After(end.Add(-time.Hour)) {
			var err error
			if stop, err = profiled(profile); err != nil {
				return err
			}
			profile = ""
		}
		if err := s.advance(ctx, at); err != nil {
			return err
		}
		n := int(at.Sub(begin()) / s.o.every)
		s.sample = s.o.sample > 0 && (n%s.o.sample == 0 || at.Equal(end)) && !s.isFirst(at)
		from := cpuTime()
		var err error
		// A profile tells the rules' work by the label: pprof -tagfocus=rules.
		pprof.Do(ctx, pprof.Labels("of", "rules"), func(ctx context.Context) { err = s.runner.Drain(ctx) })
		if err != nil {
			return err
		}
		s.ticks = append(s.ticks, tick{at.Sub(begin()).Hours(), s.rows, cpuTime() - from - s.comparing})
		s.comparing = 0
	}
	return nil
}

// firstTicks look at what was stored while no rule ran, which no rule that runs every
// few minutes has to.
const firstTicks = 2

// isFirst reports whether the rules due at a time are among those that run first after
// the store was filled.
func (s *simulation) isFirst(at time.Time) bool {
	n := len(s.ticks)
	return len(s.o.at) > 0 && (n < firstTicks || s.ticks[n-firstTicks].hour < at.Add(-(firstTicks+1)*s.o.every).Sub(begin()).Hours())
}

// A stamp says of a folder how its store came to be and how far it is.
type stamp struct {
	Rate, Length float64
	Seed         uint64
	Risk, Alerts int
	Clock        time.Time
	Rows         int64
}

const stampName = "stamp.json"

// save lets a later run go on from here.
func (s *simulation) save() error {
	b, err := json.Marshal(stamp{s.o.rate, s.o.length, s.o.seed, s.o.risk, s.o.alerts, s.clock.now(), s.rows})
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.o.dir, stampName), b, 0o600)
}

// resume goes on where an earlier run with the same logs ended.
func (s *simulation) resume() error {
	b, err := os.ReadFile(filepath.Join(s.o.dir, stampName))
	if errors.Is(err, os.ErrNotExist) {
		if len(s.store.Snapshot().Names()) > 0 {
			return fmt.Errorf("%s: there is a store already, which no run has ended with", s.o.dir)
		}
		return nil
	}
	if err != nil {
		return err
	}
	var was stamp
	if err := json.Unmarshal(b, &was); err != nil {
		return fmt.Errorf("%s: %w", stampName, err)
	}
	if want := (stamp{s.o.rate, s.o.length, s.o.seed, s.o.risk, s.o.alerts, was.Clock, was.Rows}); was != want {
		return fmt.Errorf("%s: it was made with other flags: %+v", s.o.dir, was)
	}
	s.clock.to(was.Clock)
	s.rows = was.Rows
	for _, t := range s.feed.tables {
		t.skip(was.Clock.Add(-arrival).UnixNano())
	}
	return os.Remove(filepath.Join(s.o.dir, stampName)) // until this run has ended
}

// advance feeds what arrives until a time, and sets the clock there.
func (s *simulation) advance(ctx context.Context, to time.Time) error {
	from := cpuTime()
	for now := s.clock.now(); now.Before(to); {
		// Not beyond: rules that are due then would be late from the start.
		if now = now.Add(step); now.After(to) {
			now = to
		}
		s.clock.to(now)
		n, err := s.feed.advance(ctx, now.Add(-arrival))
		if err != nil {
			return err
		}
		s.rows += n
		if err := s.store.Tend(); err != nil {
			return err
		}
	}
	s.fed += cpuTime() - from
	return nil
}
