package schedule

import (
	"crypto/sha256"
	"fmt"
	"hash/fnv"
	"maps"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// maxEntered bounds how many windows of a rule are entered at a time.
const maxEntered = 1000

// timing returns how often a rule runs, how far its windows reach back, and how
// long after its end one is due.
func (s *Scheduler) timing(r *detect.Rule) (frequency, period, delay time.Duration) {
	frequency, period = r.Timing()
	delay = s.o.Delay
	if r.Kind == detect.NRT {
		delay = s.o.NRTDelay
	}
	if r.Delay != nil {
		delay = *r.Delay
	}
	return frequency, period, delay
}

// inParts tells whether the windows of a rule are parts of the time of arrival: each
// row is in one. Those that fail can be carried over into the next.
func inParts(r *detect.Rule) bool {
	every, period := r.Timing()
	return r.Arrival() && every == period
}

// stagger returns how long after others a rule's windows are due.
func (s *Scheduler) stagger(rule string, frequency time.Duration) time.Duration {
	most := min(s.o.Stagger, frequency/2)
	if most <= 0 {
		return 0
	}
	h := fnv.New64a()
	h.Write([]byte(rule))
	return time.Duration(h.Sum64() % uint64(most)).Truncate(time.Microsecond)
}

// enter enters the windows of rules that have come due, in one step.
func (s *Scheduler) enter(rules []*detect.Rule, cursors map[string]ledger.Cursor, now time.Time) error {
	var all [][]ledger.Run
	for _, r := range rules {
		cursor, ok := cursors[r.ID]
		runs, pass := s.due(r, cursor, ok, now)
		if !pass.IsZero() {
			if err := s.o.Ledger.Pass(r.ID, pass); err != nil {
				return err
			}
		}
		if len(runs) > 0 {
			all = append(all, runs)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return s.o.Ledger.Enter(all...)
}

// due returns the windows of a rule that have come due and are not entered, or to when
// its cursor is to move, if that is not zero.
func (s *Scheduler) due(r *detect.Rule, cursor ledger.Cursor, ok bool, now time.Time) (runs []ledger.Run, pass time.Time) {
	frequency, period, delay := s.timing(r)
	latest, begun := r.LastEnd(now.Add(-delay))
	switch {
	case ok && !latest.After(cursor.To), ok && !begun:
		return nil, pass
	case r.Disabled, !begun:
		// Of a rule that waits for its start it is known from when on: the windows
		// after that are caught up on.
		return nil, latest
	}
	next := latest // the first window of a new rule
	if !ok && !s.failingSince.IsZero() && s.failingSince.Before(now) {
		next, _ = r.LastEnd(s.failingSince.Add(-delay))
	}
	if ok {
		next, _ = r.LastEnd(cursor.To)
		if next = next.Add(frequency); next.Before(r.Start) {
			next = r.Start.UTC()
		}
	}
	first := !ok || cursor.To.Before(r.Start)
	wait, digest := delay+s.stagger(r.ID, frequency), s.version(r)
	run := func(to time.Time) ledger.Run {
		return ledger.Run{Rule: r.ID, Name: r.Name, Version: digest, From: to.Add(-period), To: to, State: ledger.Pending, NotBefore: to.Add(wait), Entered: now.UTC()}
	}
	if oldest, _ := r.LastEnd(now.Add(-s.o.CatchUp)); next.Before(oldest) {
		gone := run(oldest)
		gone.From, gone.State, gone.NotBefore = next.Add(-period), ledger.Overdue, now.UTC()
		gone.Error = fmt.Sprintf("%d windows, that of %s the first, are more than %s in the past", int(oldest.Sub(next)/frequency)+1, next.Format(time.RFC3339), detect.KQLDuration(s.o.CatchUp))
		runs = append(runs, gone)
		next = oldest.Add(frequency)
	}
	for ; !next.After(latest) && len(runs) < maxEntered; next = next.Add(frequency) {
		runs = append(runs, run(next))
	}
	if from := latest.Add(-r.First); first && len(runs) > 0 && from.Before(runs[0].From) {
		runs[0].From = from
	}
	return runs, pass
}

// version is [version] of one of the rules, found out once.
func (s *Scheduler) version(r *detect.Rule) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.versions[r]
	if !ok {
		v = version(r)
		s.versions[r] = v
	}
	return v
}

// forgetVersions forgets those of rules that are not there any more, or say something
// else now.
func (s *Scheduler) forgetVersions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.versions, func(r *detect.Rule, _ string) bool { return s.rules[r.ID] != r })
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
