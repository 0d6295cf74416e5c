package schedule

import "time"

// A Share is what of the machine a window may use.
type Share struct {
	// Memory is in bytes, 0 for no bound; Processors likewise.
	Memory     int64
	Processors int
}

// share returns the share of a rule: all if it works alone, else that of one of the
// workers.
func (s *Scheduler) share(rule string) Share {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := Share{s.o.Memory, s.o.Processors}
	if s.large[rule] || s.o.Workers == 1 {
		return all
	}
	one := Share{Memory: all.Memory / int64(s.o.Workers)}
	if all.Processors > 0 {
		one.Processors = max(1, all.Processors/s.o.Workers)
	}
	return one
}

// vainFor is for how long a rule works with its share that has needed more than there is.
const vainFor = 30 * time.Minute

// enlarge lets a rule work alone from now on, if err says that it needed more than its
// share and there is more. One for which all was not enough does not have the others wait
// again soon.
func (s *Scheduler) enlarge(rule string, err error) bool {
	if s.o.TooLarge == nil || s.o.Memory == 0 || s.o.Workers == 1 || !s.o.TooLarge(err) {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	switch {
	case s.large[rule]:
		delete(s.large, rule)
		s.vain[rule] = now.Add(vainFor)
		return false
	case now.Before(s.vain[rule]):
		return false
	}
	s.large[rule] = true
	return true
}
