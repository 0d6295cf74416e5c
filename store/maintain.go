package store

import (
	"cmp"
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
	if err := s.sealAll(s.due()); err != nil {
		return err
	}
	return s.trimLog()
}

const (
	// smallSeal is the size up to which the rows of a table are few: sealing them is
	// waiting for the disk.
	smallSeal = 1 << 20
	// sealers is how many tables of few rows are sealed at a time, where they are many.
	sealers = 8
)

// sealAll seals tables: those of many rows one after the other, for the sake of memory,
// and first, as appends may wait for their room.
func (s *Store) sealAll(tables []*table) error {
	one := func(t *table) error {
		if err := s.seal(t); err != nil {
			return fmt.Errorf("table %s: %w", t.name(), full(err))
		}
		return nil
	}
	var few []*table
	for _, t := range tables {
		if s.stateOf(t).hotBytes() <= smallSeal {
			few = append(few, t)
		} else if err := one(t); err != nil {
			return err
		}
	}
	n := 1
	if len(few) >= manyTables {
		n = sealers
	}
	return atOnce(few, n, one)
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
// keep a log from going that has grown large; where all rows together are too many, the
// largest of the others until they are not.
func (s *Store) due() []*table {
	now, _ := types.TicksOf(s.opt.Now())
	crowded := s.log.bytes() > 4*logFileBytes
	s.mu.RLock()
	left := s.hot
	s.mu.RUnlock()
	var out []*table
	var others []hotTable
	for _, t := range s.list() {
		st := s.stateOf(t)
		bytes := st.hotBytes()
		switch {
		case st.applied == st.durable:
		case bytes >= s.opt.SealBytes, crowded, s.isOld(st, now):
			out = append(out, t)
			left -= bytes
		case bytes > 0:
			others = append(others, hotTable{t, bytes})
		}
	}
	if left <= s.opt.HotBytes/2 {
		return out
	}
	slices.SortStableFunc(others, func(a, b hotTable) int { return cmp.Compare(b.bytes, a.bytes) })
	for _, o := range others {
		if left <= s.opt.HotBytes/4 {
			break
		}
		out = append(out, o.t)
		left -= o.bytes
	}
	return out
}

// A hotTable is a table with rows in memory.
type hotTable struct {
	t     *table
	bytes int64
}

// isOld reports whether the oldest row in memory is to be sealed for its age. Rows from
// long after now came before the clock was put back.
func (s *Store) isOld(st *state, now int64) bool {
	if len(st.hot) == 0 {
		return false
	}
	age := time.Duration(now-st.hot[0].at) * 100
	return age >= s.opt.SealAge || age <= -s.opt.SealAge
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
	hot := slices.DeleteFunc(s.list(), func(t *table) bool {
		st := s.stateOf(t)
		return st.applied == st.durable
	})
	if err := s.sealAll(hot); err != nil {
		return err
	}
	return s.trimLog()
}
