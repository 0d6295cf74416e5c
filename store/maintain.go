package store

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// maintainEvery is how often the work in the background looks for something to
// do when nothing has woken it.
const maintainEvery = time.Second

// failPause is how long the work in the background rests after it has failed.
const failPause = 10 * time.Second

// maintain does the work in the background until the store is closed: sealing,
// which appends may be waiting for, apart from what takes longer.
func (s *Store) maintain() {
	s.idle.Go(func() {
		s.every(s.wake, func() error {
			err := s.sealDue()
			s.mu.Lock()
			s.failing = err
			s.mu.Unlock()
			return err
		})
	})
	s.idle.Go(func() { s.every(nil, s.tidy) })
}

// every calls f each second, and when woken, until the store is closed.
func (s *Store) every(wake <-chan struct{}, f func() error) {
	tick := time.NewTicker(maintainEvery)
	defer tick.Stop()
	for {
		select {
		case <-s.quit:
			return
		case <-wake:
		case <-tick.C:
		}
		if err := f(); err != nil {
			s.opt.Note(err)
			// What fails now fails again: not every second.
			select {
			case <-s.quit:
				return
			case <-time.After(failPause):
			}
		}
	}
}

// nudge wakes the work in the background.
func (s *Store) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// sealDue seals what is due, and removes the log files that are no longer
// needed.
func (s *Store) sealDue() error {
	for _, t := range s.due() {
		if err := s.seal(t); err != nil {
			return fmt.Errorf("table %s: %w", t.name(), full(err))
		}
	}
	return s.trimLog()
}

// tidy deletes what no longer is to be kept, and compacts.
func (s *Store) tidy() error {
	for _, t := range s.list() {
		select {
		case <-s.quit:
			return nil
		default:
		}
		if err := s.expire(t); err != nil {
			return fmt.Errorf("table %s: %w", t.name(), full(err))
		}
		if err := s.compactOnce(t); err != nil {
			return fmt.Errorf("table %s: %w", t.name(), full(err))
		}
	}
	return nil
}

// Tend does at once what the work in the background would come to do, as of the
// store's clock: for whoever has a clock that runs faster than the machine's.
func (s *Store) Tend() error {
	if err := s.sealDue(); err != nil {
		return err
	}
	for {
		before := s.segments()
		if err := s.tidy(); err != nil {
			return err
		}
		if s.segments() == before {
			return nil
		}
	}
}

// segments counts the segments of all tables.
func (s *Store) segments() (n int) {
	for _, t := range s.list() {
		n += len(s.stateOf(t).segments)
	}
	return n
}

// list returns all tables that can be read, by name.
func (s *Store) list() []*table {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var out []*table
	for _, t := range s.tables {
		if t.state.damage == nil {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, func(a, b *table) int { return strings.Compare(a.name(), b.name()) })
	return out
}

// due returns the tables whose rows in memory have become many or old, or that
// keep a log from going that has grown large.
func (s *Store) due() []*table {
	now, _ := types.TicksOf(s.opt.Now())
	crowded := s.log.bytes() > 4*logFileBytes
	var out []*table
	for _, t := range s.list() {
		s.mu.RLock()
		st, hot := t.state, s.hot
		s.mu.RUnlock()
		bytes := st.hotBytes()
		switch {
		case st.applied == st.durable:
		case bytes >= s.opt.SealBytes, hot > s.opt.HotBytes/2 && bytes > 0, crowded:
			out = append(out, t)
		case len(st.hot) == 0:
		default:
			// Rows from long after now came before the clock was put back.
			age := time.Duration(now-st.hot[0].at) * 100
			if age >= s.opt.SealAge || age <= -s.opt.SealAge {
				out = append(out, t)
			}
		}
	}
	return out
}

// forgetShare is the share of the time for which ids are remembered that they may be
// remembered longer.
const forgetShare = 1000

// trimLog removes the log files of which every row is in a segment.
func (s *Store) trimLog() error {
	durable := map[uint64]uint64{}
	s.rootMu.Lock()
	for _, id := range s.root.Dropped {
		durable[id] = math.MaxUint64
	}
	s.rootMu.Unlock()
	s.mu.Lock()
	for _, t := range s.tables {
		if t.state.damage == nil {
			durable[t.id] = t.state.durable
		}
	}
	now := s.opt.Now()
	ticks, _ := types.TicksOf(now)
	oldest := ticks - int64(s.opt.RememberIDs/100)
	// There may be millions of them: they are not looked through each second.
	if since := ticks - s.forgot; since < 0 || since > int64(s.opt.RememberIDs/100)/forgetShare {
		s.seen.forget(oldest)
		s.forgot = ticks
	}
	s.mu.Unlock()
	return s.log.trim(durable, now, oldest)
}

// Seal writes all rows that are in memory to segments, so that opening the store
// again has no log to read.
func (s *Store) Seal() error {
	for _, t := range s.list() {
		if st := s.stateOf(t); st.applied == st.durable {
			continue
		}
		if err := s.seal(t); err != nil {
			return fmt.Errorf("table %s: %w", t.name(), full(err))
		}
	}
	return s.trimLog()
}
