package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// maxAttempts is how often a window is tried: once, and five times more.
const maxAttempts = 6

// firstPause is the pause after the first attempt; each later one is twice as long.
const firstPause = time.Minute

// execute brings a window as far as it can be brought now, unless another node has
// its rule. The error is of the ledger: the window is as the ledger has it.
func (s *Scheduler) execute(ctx context.Context, r *detect.Rule, run ledger.Run) error {
	held, err := s.hold(ctx, run.Rule)
	if err == nil && held.ctx != nil {
		err = s.advance(held.ctx, r, &run)
		held.stop()
		if run.Open() { // else its end has released the rule
			err = errors.Join(err, s.o.Ledger.Release(run.Rule))
		}
	}
	if errors.Is(err, ledger.ErrLost) {
		s.o.Log.Warn("schedule", "rule", run.Name, "window", run.To, "error", err)
		return nil // the other node brings it to its end
	}
	if err != nil {
		s.o.Log.Error("schedule", "rule", run.Name, "window", run.To, "error", err)
	}
	return err
}

// advance returns errors of the ledger only.
func (s *Scheduler) advance(ctx context.Context, r *detect.Rule, run *ledger.Run) error {
	records, evaluated := [][]byte(nil), run.State == ledger.Evaluated
	if !evaluated {
		switch suppressed, err := s.suppressed(r, run); {
		case err != nil:
			return err
		case run.State == ledger.Overdue:
			return s.lose(ctx, r, run, ledger.Abandoned, run.Error)
		case r == nil:
			return s.away(ctx, run)
		case r.Disabled:
			return s.end(ctx, r, run, ledger.Abandoned, "the rule is disabled")
		case suppressed:
			return s.end(ctx, r, run, ledger.Suppressed, "")
		}
		if err := s.carryOn(r, run); err != nil {
			return err
		}
		if err := s.o.Ledger.Start(run, s.version(r), s.o.Now()); err != nil {
			return err
		}
		outcome, err := s.evaluate(ctx, r, run)
		if err != nil {
			return s.failed(ctx, r, run, err)
		}
		if records = outcome.Records; len(records) == 0 {
			return s.end(ctx, r, run, ledger.Done, "")
		}
		if err := s.o.Ledger.Evaluated(run, outcome); err != nil {
			return err
		}
	}
	if evaluated {
		var err error
		if records, err = s.o.Ledger.Records(run); err != nil {
			return err
		}
	}
	if err := s.deliver(ctx, run, records); err != nil {
		// The alerts are in the ledger: they are delivered however long it takes.
		s.o.Log.Error("alerts are not delivered", "rule", run.Name, "window", run.To, "error", err)
		return s.o.Ledger.Again(run, run.Attempt, "deliver: "+err.Error(), s.o.Now().Add(firstPause))
	}
	return s.end(ctx, r, run, ledger.Done, "")
}

// deliver writes the alerts of a window, and lets them make incidents.
func (s *Scheduler) deliver(ctx context.Context, run *ledger.Run, records [][]byte) error {
	if len(records) == 0 {
		return nil
	}
	rows, c, err := unpack(records)
	if err != nil {
		return err
	}
	return s.raise(ctx, deliveryID("alerts", run), run.To, c, rows)
}

// raise writes alerts about a window, and lets them make incidents.
func (s *Scheduler) raise(ctx context.Context, id string, window time.Time, c detect.IncidentConfiguration, rows [][]byte) error {
	if err := s.o.Sink.Deliver(ctx, id, "SecurityAlert", rows); err != nil {
		return err
	}
	if s.o.Incidents == nil {
		return nil
	}
	if err := s.o.Incidents.Add(ctx, window, c, rows); err != nil {
		return fmt.Errorf("incidents: %w", err)
	}
	return nil
}

// away lets a window wait for its rule, whose file may be broken for now, for as
// long as windows are caught up on.
func (s *Scheduler) away(ctx context.Context, run *ledger.Run) error {
	const why = "the rule is not there"
	now := s.o.Now()
	if run.To.Before(now.Add(-s.o.CatchUp)) {
		return s.lose(ctx, nil, run, ledger.Abandoned, why)
	}
	return s.o.Ledger.Again(run, run.Attempt, why, now.Add(firstPause))
}

// deliveryID is the same whenever the same is delivered again.
func deliveryID(what string, run *ledger.Run) string {
	return fmt.Sprintf("%s:%q:%d", what, run.Rule, run.To.UnixMicro())
}

func (s *Scheduler) suppressed(r *detect.Rule, run *ledger.Run) (bool, error) {
	if r == nil || r.Suppression == 0 {
		return false, nil
	}
	c, _, err := s.o.Ledger.Cursor(run.Rule)
	quiet := !c.LastAlert.IsZero() && run.To.After(c.LastAlert) && !run.To.After(c.LastAlert.Add(r.Suppression))
	return quiet, err
}

// raisedBefore returns which events of a rule other windows have raised alerts of; nil
// if they don't matter.
func (s *Scheduler) raisedBefore(r *detect.Rule, run *ledger.Run) (func(string) bool, error) {
	if !r.Once {
		return nil, nil
	}
	events, err := s.o.Ledger.Raised(run.Rule, run.To)
	return func(event string) bool { return events[event] }, err
}

// evaluate runs the query of a window and returns its alerts as records.
func (s *Scheduler) evaluate(ctx context.Context, r *detect.Rule, run *ledger.Run) (out ledger.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v\n%s", p, debug.Stack())
		}
	}()
	before, err := s.raisedBefore(r, run)
	if err != nil {
		return out, err
	}
	e, err := detect.EvaluateUnseen(ctx, r, run.From, run.To, s.o.Querier(r, s.share(r.ID)), before)
	if err != nil {
		return out, err
	}
	// Rows that other windows see, too, are those of their periods, or of the first.
	out.Until = run.To.Add(max(2*r.Period, r.First) + s.o.CatchUp)
	run.Rows, run.Alerts = int64(e.Rows), int64(len(e.Alerts))
	for i := range e.Alerts {
		row, err := alertRecord(e, &e.Alerts[i], s.o.Workspace, s.o.Now())
		if err != nil {
			return out, err
		}
		rec, err := json.Marshal(raised{row, r.Incident})
		if err != nil {
			return out, err
		}
		out.Records = append(out.Records, rec)
		out.Events = append(out.Events, e.Alerts[i].Events...)
	}
	return out, nil
}

// failed notes a failed attempt: the window is tried again, until it has been tried
// often enough.
func (s *Scheduler) failed(ctx context.Context, r *detect.Rule, run *ledger.Run, why error) error {
	if ctx.Err() != nil {
		// It is the process that ends, not the rule that fails.
		return s.o.Ledger.Again(run, run.Attempt-1, "the process ended", s.o.Now())
	}
	if s.enlarge(r.ID, why) {
		s.o.Log.Info("a rule needs more memory than its share, and works alone from now on", "rule", run.Name, "window", run.To)
		return s.o.Ledger.Again(run, run.Attempt-1, why.Error(), s.o.Now())
	}
	s.o.Log.Warn("a rule failed", "rule", run.Name, "window", run.To, "attempt", run.Attempt, "error", why)
	frequency, _, _ := s.timing(r)
	if run.Attempt >= failingFrom || inParts(r) && run.To.Sub(run.From) >= failingFrom*frequency {
		s.troubled(Failing, run, why.Error())
	}
	switch {
	case s.carries(r, run):
		return s.end(ctx, r, run, ledger.Carried, why.Error())
	case inParts(r), run.Attempt >= maxAttempts:
		return s.lose(ctx, r, run, ledger.Failed, why.Error())
	}
	return s.o.Ledger.Again(run, run.Attempt, why.Error(), s.o.Now().Add(firstPause<<(run.Attempt-1)))
}

// maxCarried is how many windows that have failed the next one takes on.
//
// Source: Microsoft's documentation of near-real-time rules.
const maxCarried = 60

// carries tells whether a window that has failed can be carried over into the next.
func (s *Scheduler) carries(r *detect.Rule, run *ledger.Run) bool {
	frequency, _, _ := s.timing(r)
	return inParts(r) && run.To.Sub(run.From) < maxCarried*frequency
}

// carryOn lets a window begin where those begin that were carried over into it.
func (s *Scheduler) carryOn(r *detect.Rule, run *ledger.Run) error {
	if !inParts(r) {
		return nil
	}
	c, _, err := s.o.Ledger.Cursor(run.Rule)
	if err == nil && !c.Carry.IsZero() && c.Carry.Before(run.From) {
		run.From = c.Carry
	}
	return err
}

// lose closes a window that is given up, after an alert about it is delivered.
func (s *Scheduler) lose(ctx context.Context, r *detect.Rule, run *ledger.Run, state ledger.State, why string) error {
	s.troubled(GivenUp, run, why)
	rec, err := lossRecord(run, state, why, s.o.Now())
	if err == nil {
		err = s.raise(ctx, deliveryID("loss", run), run.To, lossIncidents(), [][]byte{rec})
	}
	if err != nil {
		s.o.Log.Error("that a window is lost can't be told", "rule", run.Name, "window", run.To, "error", err)
		return s.o.Ledger.Again(run, run.Attempt, why, s.o.Now().Add(firstPause))
	}
	s.o.Log.Error("a window is lost", "rule", run.Name, "id", run.Rule, "window", run.To, "error", why)
	return s.end(ctx, r, run, state, why)
}

// end closes a window, and says so in the health table before: a crash between the
// two has it said again, under the same ID. That it can't be said does not keep the
// window open.
func (s *Scheduler) end(ctx context.Context, r *detect.Rule, run *ledger.Run, state ledger.State, why string) error {
	now := s.o.Now()
	rec, err := healthRecord(r, run, state, why, now)
	if err == nil {
		err = s.o.Sink.Deliver(ctx, deliveryID("health", run), "SentinelHealth", [][]byte{rec})
	}
	if err != nil {
		s.o.Log.Warn("health is not written", "rule", run.Name, "window", run.To, "error", err)
	}
	if err := s.o.Ledger.End(run, state, why, now); err != nil {
		return err
	}
	if s.o.Ended != nil {
		s.o.Ended(*run, s.late(r, run, now))
	}
	return nil
}

// late returns how long after it was due a window's last attempt began, or, if it had
// none, the window was closed.
func (s *Scheduler) late(r *detect.Rule, run *ledger.Run, now time.Time) time.Duration {
	began := run.Started
	if began.IsZero() {
		began = now
	}
	delay := s.o.Delay
	if r != nil {
		_, _, delay = s.timing(r)
	}
	return max(0, began.Sub(run.To)-delay)
}
