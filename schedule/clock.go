package schedule

import (
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/ledger"
)

// goBack looks whether the clock has been ahead: windows were evaluated whose end is yet
// to come. Rows that arrive now arrive after those windows. Windows by TimeGenerated are
// evaluated again when they have ended; those that have raised alerts are not, for the
// alerts can't be taken back.
func (s *Scheduler) goBack(rules []*detect.Rule, cursors map[string]ledger.Cursor, now time.Time) error {
	back := now.Before(s.seen) || s.seen.IsZero()
	s.seen = now
	if !back {
		return nil
	}
	ahead := now
	for _, r := range rules {
		to := cursors[r.ID].To
		if !to.After(now) {
			continue
		}
		if r.Arrival() {
			ahead = later(ahead, to)
			continue
		}
		frequency, _, delay := s.timing(r)
		n, err := s.o.Ledger.Reopen(r.ID, now, delay+s.stagger(r.ID, frequency))
		if err != nil {
			s.seen = time.Time{} // it is looked at again
			return err
		}
		if n > 0 {
			s.o.Log.Warn("the clock has gone back: windows that had not ended are evaluated again", "rule", r.Name, "windows", n, "clock", now, "until", to)
		}
	}
	if s.o.Arrived != nil {
		s.o.Arrived(ahead)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
