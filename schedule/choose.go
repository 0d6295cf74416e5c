package schedule

import (
	"time"

	"github.com/calypso-kql/calypso/ledger"
)

// slowFrom is how long a rule's window takes that is slow: others would notice it if all
// workers had one.
const slowFrom = 10 * time.Second

// remember finds out, once, which rules took long when they were last evaluated before this
// process began.
func (s *Scheduler) remember() error {
	if s.remembered {
		return nil
	}
	runs, err := s.o.Ledger.Latest()
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range runs {
		if _, known := s.slow[r.Rule]; !known && r.Ended.Sub(r.Started) >= slowFrom {
			s.slow[r.Rule] = true
		}
	}
	s.remembered = true
	return nil
}

// choose returns windows of rules that none is being worked on, of those that have
// waited longest, as many as there are free workers. Slow rules have all workers but one.
// A large rule waits until none works, and then works alone; quick ones go on while it
// waits for a slow one.
func (s *Scheduler) choose(now time.Time) []ledger.Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	arrived := now
	if s.o.Arrived != nil {
		arrived = s.o.Arrived(now)
	}
	var out []ledger.Run
	for !s.alone && len(s.busy) < s.o.Workers {
		best := s.waitsLongest(arrived, func(string) bool { return true })
		slow := s.slowBusy()
		switch {
		case s.large[best] && len(s.busy) > 0:
			if slow == 0 {
				return out // the others end soon
			}
			best = s.waitsLongest(arrived, s.isQuick)
		case s.slow[best] && slow >= max(1, s.o.Workers-1):
			best = s.waitsLongest(arrived, s.isQuick)
		}
		if best == "" {
			return out
		}
		out = append(out, s.first[best])
		s.busy[best], s.last[best], s.alone = true, now, s.large[best]
		delete(s.first, best)
	}
	return out
}

func (s *Scheduler) isQuick(rule string) bool { return !s.slow[rule] && !s.large[rule] }

// slowBusy counts the slow rules of which a window is being worked on.
func (s *Scheduler) slowBusy() (n int) {
	for rule := range s.busy {
		if s.slow[rule] {
			n++
		}
	}
	return n
}

// waitsLongest returns the rule that has waited longest, of those that may be one and of
// which a window may be worked on; empty if there is none.
func (s *Scheduler) waitsLongest(arrived time.Time, mayBe func(rule string) bool) string {
	best := ""
	for id, r := range s.first {
		rule := s.rules[id]
		ready := !s.busy[id] && (rule == nil || !rule.Arrival() || !arrived.Before(r.To))
		if ready && mayBe(id) && (best == "" || s.last[id].Before(s.last[best]) || s.last[id].Equal(s.last[best]) && before(r, s.first[best])) {
			best = id
		}
	}
	return best
}

func before(a, b ledger.Run) bool {
	return a.To.Before(b.To) || a.To.Equal(b.To) && a.Rule < b.Rule
}
