package schedule

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// maxEntered bounds how many windows of a rule are entered at a time.
const maxEntered = 1000

// timing returns how often a rule runs, how far its windows reach back, and how
// long after its end one is due.
func (s *Scheduler) timing(r *detect.Rule) (frequency, period, delay time.Duration) {
	frequency, period, delay = r.Frequency, r.Period, s.o.Delay
	if r.Kind == detect.NRT {
		frequency, period, delay = nrtFrequency, nrtFrequency, s.o.NRTDelay
	}
	if r.Delay != nil {
		delay = *r.Delay
	}
	return frequency, period, delay
}

// lastEnd returns the last time by now at which a window of a rule ends: a whole
// number of frequencies after its start or, if it has none, after the beginning of
// time; ok is false before its start, when end is where one would be.
func lastEnd(r *detect.Rule, now time.Time, frequency time.Duration) (end time.Time, ok bool) {
	if r.Start.IsZero() {
		return now.UTC().Truncate(frequency), true
	}
	since := now.Sub(r.Start)
	if end = r.Start.UTC().Add(since.Truncate(frequency)); end.After(now) {
		end = end.Add(-frequency) // before its start
	}
	return end, since >= 0
}

// enter enters the windows of a rule that have come due.
func (s *Scheduler) enter(r *detect.Rule, now time.Time) error {
	frequency, period, delay := s.timing(r)
	latest, begun := lastEnd(r, now.Add(-delay), frequency)
	cursor, ok, err := s.o.Ledger.Cursor(r.ID)
	switch {
	case err != nil:
		return err
	case ok && !latest.After(cursor.To), ok && !begun:
		return nil
	case r.Disabled, !begun:
		// Of a rule that waits for its start it is known from when on: the windows
		// after that are caught up on.
		return s.o.Ledger.Pass(r.ID, latest)
	}
	next := latest // the first window of a new rule
	if ok {
		next, _ = lastEnd(r, cursor.To, frequency)
		if next = next.Add(frequency); next.Before(r.Start) {
			next = r.Start.UTC()
		}
	}
	first := !ok || cursor.To.Before(r.Start)
	run := func(to time.Time) ledger.Run {
		return ledger.Run{Rule: r.ID, Name: r.Name, Version: version(r), From: to.Add(-period), To: to, State: ledger.Pending, NotBefore: to.Add(delay), Entered: now.UTC()}
	}
	var runs []ledger.Run
	if oldest, _ := lastEnd(r, now.Add(-s.o.CatchUp), frequency); next.Before(oldest) {
		gone := run(oldest)
		gone.From, gone.State, gone.Ended = next.Add(-period), ledger.Abandoned, now.UTC()
		gone.Error = fmt.Sprintf("%d windows, that of %s the first, are more than %s in the past", int(oldest.Sub(next)/frequency)+1, next.Format(time.RFC3339), detect.KQLDuration(s.o.CatchUp))
		runs = append(runs, gone)
		s.o.Log.Error("windows are given up", "rule", r.Name, "id", r.ID, "why", gone.Error)
		s.troubled(GivenUp, &gone, gone.Error)
		next = oldest.Add(frequency)
	}
	for ; !next.After(latest) && len(runs) < maxEntered; next = next.Add(frequency) {
		runs = append(runs, run(next))
	}
	if from := latest.Add(-r.First); first && len(runs) > 0 && from.Before(runs[0].From) {
		runs[0].From = from
	}
	return s.o.Ledger.Enter(runs)
}

// version returns a digest of what a rule says.
func version(r *detect.Rule) string {
	text, err := r.YAML()
	if err != nil {
		text = []byte(r.Query)
	}
	sum := sha256.Sum256(text)
	return fmt.Sprintf("%x", sum[:6])
}
