// Package schedule runs rules on time: each window of each rule once, none left
// out, its alerts delivered once.
//
// A window ends at a multiple of the rule's frequency and is due a delay later, when
// the logs have arrived. It is entered in the ledger before it is evaluated, and
// closed after its alerts are delivered; they are in the ledger before that, and
// delivered under an ID that the receiver knows again. So a crash between any two
// steps loses nothing and doubles nothing, and what came due while the process was
// away is caught up on, in order.
//
// Source: Microsoft's documentation of scheduled and near-real-time analytics rules,
// and of how runs that fail are tried again.
package schedule

import (
	"context"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// A Scheduler runs rules. Run is its only method while it runs.
type Scheduler struct {
	o    Options
	wake chan struct{}

	// What follows up to work belongs to step. rules are those of the last look, first
	// the oldest window that is due of each rule.
	rules map[string]*detect.Rule
	first map[string]ledger.Run
	// busy are the rules of which a window is being worked on, last has when one
	// of a rule was taken up: the rule that has waited longest comes first.
	busy map[string]bool
	last map[string]time.Time
	// alone says that a rule is evaluated that is large.
	alone  bool
	tidied time.Time // when events were last forgotten
	seen   time.Time // what the clock said at the last look
	work   sync.WaitGroup

	mu sync.Mutex
	// ended are rules that step does not know yet not to be busy any more.
	ended []string
	// failing is what the ledger last failed with while a window was worked on.
	failing error
	// large are rules that are evaluated alone, vain those that have failed so, until they
	// may try it again. slow are those that took long when they were last evaluated.
	large    map[string]bool
	vain     map[string]time.Time
	slow     map[string]bool
	versions map[*detect.Rule]string
	// remembered says that slow knows of the time before this process.
	remembered bool
	// failingSince is since when steps have failed; zero if the last did not. Rules that came
	// meanwhile are caught up on from then on.
	failingSince time.Time
}

// New returns a scheduler.
func New(o Options) *Scheduler {
	if o.Delay < 0 {
		o.Delay = defaultDelay
	}
	if o.NRTDelay < 0 {
		o.NRTDelay = defaultNRTDelay
	}
	if o.CatchUp == 0 {
		o.CatchUp = defaultCatchUp
	}
	if o.Workers == 0 {
		o.Workers = 2
	}
	return &Scheduler{o: o, wake: make(chan struct{}, 1), first: map[string]ledger.Run{}, busy: map[string]bool{}, last: map[string]time.Time{}, large: map[string]bool{}, vain: map[string]time.Time{}, slow: map[string]bool{}, versions: map[*detect.Rule]string{}}
}

// Backlog returns how many windows are due and not closed. It may be called at any
// time.
func (s *Scheduler) Backlog() (int, error) { return s.o.Ledger.Waiting(s.o.Now()) }

// lookEvery is how often the ledger is asked for all that is due. Between, it is asked
// for the next window of each rule of which one has ended.
const lookEvery = time.Second

// Run runs rules until ctx ends, and then waits for the windows being worked on. An
// error of the ledger does not end it: nothing is evaluated that could not be
// entered, and it is tried again.
func (s *Scheduler) Run(ctx context.Context) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for look := true; ; {
		if _, err := s.step(ctx, look); err != nil {
			s.o.Log.Error("schedule", "error", err)
		}
		select {
		case <-ctx.Done():
			s.work.Wait()
			return
		case <-s.wake:
			look = false
		case <-tick.C:
			look = true
		}
	}
}

// Drain enters what is due now, works on it until nothing is left to do, and
// returns: for a run by cron, and for tests.
func (s *Scheduler) Drain(ctx context.Context) error {
	for look := true; ctx.Err() == nil; {
		begun, err := s.step(ctx, look)
		if err != nil {
			return err
		}
		s.work.Wait()
		switch {
		case s.failing != nil:
			return s.failing // it would fail again, for ever
		case begun > 0:
			look = false
		case !look:
			look = true
		case len(s.first) == 0:
			return nil
		default: // rows are arriving
			select {
			case <-ctx.Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
	}
	return nil
}

// tidy has the ledger forget what no window needs any more.
func (s *Scheduler) tidy(now time.Time) error {
	if err := s.o.Ledger.ForgetEvents(now); err != nil || s.o.Keep == 0 {
		return err
	}
	return s.o.Ledger.ForgetRuns(now.Add(-max(s.o.Keep, s.o.CatchUp)))
}

// step gives windows to free workers, and returns to how many. If it is to look, it
// enters those that have come due before.
func (s *Scheduler) step(ctx context.Context, look bool) (begun int, err error) {
	now := s.o.Now()
	s.mu.Lock()
	ended := s.ended
	s.ended = nil
	s.mu.Unlock()
	for _, rule := range ended {
		delete(s.busy, rule)
		s.alone = false
	}
	if look {
		err = s.look(now)
	} else {
		err = s.follow(ended, now)
	}
	if err == nil {
		begun = s.begin(ctx, now)
	}
	switch {
	case err == nil:
		s.failingSince = time.Time{}
	case s.failingSince.IsZero():
		s.failingSince = now
	}
	return begun, err
}

// look enters the windows that have come due, and finds the oldest of each rule.
func (s *Scheduler) look(now time.Time) error {
	clear(s.first)
	if d := now.Sub(s.tidied); d > time.Hour || d < 0 {
		if err := s.tidy(now); err != nil {
			return err
		}
		s.tidied = now
	}
	list, err := s.o.Rules()
	if err != nil {
		return err
	}
	s.rules = map[string]*detect.Rule{}
	for _, r := range list {
		s.rules[r.ID] = r
	}
	s.forgetVersions()
	cursors, err := s.o.Ledger.Cursors()
	if err == nil {
		err = s.remember()
	}
	if err == nil {
		err = s.goBack(list, cursors, now)
	}
	if err == nil {
		err = s.enter(list, cursors, now)
	}
	if err != nil {
		return err
	}
	due, err := s.o.Ledger.Due(now)
	if err != nil {
		return err
	}
	for _, r := range due {
		s.first[r.Rule] = r
	}
	return nil
}

// follow finds the next windows of rules of which one has ended.
func (s *Scheduler) follow(rules []string, now time.Time) error {
	for _, rule := range rules {
		r, ok, err := s.o.Ledger.DueOf(rule, now)
		if err != nil {
			clear(s.first)
			return err
		}
		delete(s.first, rule)
		if ok {
			s.first[rule] = r
		}
	}
	return nil
}

// begin gives windows to free workers, and returns to how many.
func (s *Scheduler) begin(ctx context.Context, now time.Time) int {
	chosen := s.choose(now)
	for _, run := range chosen {
		r := s.rules[run.Rule]
		s.work.Go(func() {
			err := s.execute(ctx, r, run)
			took := s.o.Now().Sub(now)
			s.mu.Lock()
			s.slow[run.Rule] = took >= slowFrom
			s.ended = append(s.ended, run.Rule)
			if err != nil {
				s.failing = err
			}
			s.mu.Unlock()
			select {
			case s.wake <- struct{}{}:
			default:
			}
		})
	}
	return len(chosen)
}
