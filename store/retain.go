package store

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/calypso-kql/calypso/kql/types"
)

// SetRetention says from now on what of a table is kept.
func (s *Store) SetRetention(name string, r Retention) error {
	t, err := s.table(name)
	if err != nil {
		return err
	}
	return s.replace(t, func(now *state) { now.retention = r })
}

// Expire deletes what a table's retention no longer keeps, as the work in the
// background does.
func (s *Store) Expire(name string) error {
	t, err := s.table(name)
	if err != nil {
		return err
	}
	return full(s.expire(t))
}

// expire deletes the segments that a table's retention no longer keeps.
func (s *Store) expire(t *table) error {
	t.merge.Lock()
	defer t.merge.Unlock()
	st := s.stateOf(t)
	now, _ := types.TicksOf(s.opt.Now())
	var old []*segment
	for _, g := range st.segments {
		last, ok := g.youngest()
		if ok && st.retention.Age > 0 && last < now-int64(st.retention.Age/100) {
			old = append(old, g)
		}
	}
	if st.retention.Bytes > 0 {
		var size int64
		for i, g := range slices.Backward(st.segments) {
			newest := i == len(st.segments)-1
			if size += g.Bytes; size > st.retention.Bytes && !newest && !slices.Contains(old, g) {
				old = append(old, g)
			}
		}
	}
	if len(old) == 0 {
		return nil
	}
	err := s.replace(t, func(now *state) {
		now.segments = slices.DeleteFunc(slices.Clone(now.segments), func(g *segment) bool { return slices.Contains(old, g) })
	})
	if err != nil {
		return err
	}
	s.retire(t, old)
	return nil
}

// segmentBytes is how large a segment of the table may become: segments go as a whole,
// so those of a table that may be no larger than so and so much are smaller than that.
func (r *Retention) segmentBytes() int64 {
	if r.Bytes > 0 {
		return min(segmentBytes, r.Bytes/segmentsKept)
	}
	return segmentBytes
}

// segmentsKept is how many full segments a table has at least that is limited in size.
const segmentsKept = 8

// Drop deletes a table with all its rows.
func (s *Store) Drop(name string) error {
	t, err := s.table(name)
	if err != nil {
		return err
	}
	s.rootMu.Lock()
	defer s.rootMu.Unlock()
	t.merge.Lock()
	defer t.merge.Unlock()
	t.work.Lock()
	defer t.work.Unlock()
	// The log may have records of the table: they are passed over from now on.
	r := s.root
	r.Dropped = append(slices.Clone(r.Dropped), t.id)
	r.Names = maps.Clone(r.Names)
	delete(r.Names, t.id)
	if err := writeSealed(filepath.Join(s.dir, rootName), r, s.opt.step); err != nil {
		return err
	}
	s.root = r
	s.mu.Lock()
	if s.tables[name] == t {
		delete(s.tables, name)
		s.hot -= t.state.hotBytes()
		close(s.roomier)
		s.roomier = make(chan struct{})
	}
	t.state = &state{damage: &UnknownTableError{Table: name}}
	s.mu.Unlock()
	s.opt.step("table drop")
	if err := os.Rename(t.dir, t.dir+droppedEnd); err != nil {
		return err
	}
	if err := syncDir(filepath.Dir(t.dir)); err != nil {
		return err
	}
	return os.RemoveAll(t.dir + droppedEnd)
}

// forgetDropped forgets the dropped tables of which nothing is left, when the store is
// opened: their folders have gone by then, and no file of the log has records of them.
func (s *Store) forgetDropped() {
	s.root.Dropped = slices.DeleteFunc(s.root.Dropped, func(id uint64) bool {
		return !slices.ContainsFunc(s.log.files, func(f logFile) bool { return f.last[id] > 0 })
	})
}

func (s *Store) table(name string) (*table, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.tables[name]
	if !ok {
		return nil, &UnknownTableError{Table: name}
	}
	return t, nil
}

// An UnknownTableError says that the store has no table of that name.
type UnknownTableError struct{ Table string }

// Error implements error.
func (e *UnknownTableError) Error() string { return fmt.Sprintf("there is no table %s", e.Table) }
