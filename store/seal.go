package store

import (
	"path/filepath"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// writeSegment writes rows of schema rs as a segment of t, which is not part of
// the table yet.
func (s *Store) writeSegment(t *table, a about, rs types.Schema, batches []*column.Batch) (*Segment, error) {
	micros, err := parquet.MicrosFor(rs, batches)
	if err != nil {
		return nil, err
	}
	w, err := newSegmentWriter(t.dir, a, rs, micros, s.opt.step)
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		if err := w.write(b); err != nil {
			w.abandon()
			return nil, err
		}
	}
	return w.finish()
}

// nextFile takes the number of the next segment's file.
func (s *Store) nextFile(t *table) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := t.state.clone()
	n := st.next
	st.next++
	t.state = st
	return n
}

// remove removes the files of a segment that is no longer part of the table, or
// never was. What can't be removed now goes when the store is opened.
func (t *table) remove(s *Segment) {
	removeFiles(t.dir, s.File)
}

// seal writes the rows of t that are in memory as a segment, and the manifest
// that has it. The log is then no longer needed for them.
func (s *Store) seal(t *table) (err error) {
	t.work.Lock()
	defer t.work.Unlock()
	st := s.beginSeal(t)
	if len(st.hot) > 0 {
		began := s.opt.Now()
		defer func() { s.opt.Observer.Worked("seal", t.name(), began, err) }()
	}
	var segs []*segment
	abouts := s.aboutSealed(t, st)
	for schema, batches := range alike(st.hot) {
		seg, err := s.writeSegment(t, abouts[len(segs)], schema, batches)
		if err != nil {
			for _, seg := range segs {
				t.remove(seg.Segment)
			}
			s.endSeal(t)
			return err
		}
		segs = append(segs, t.newSegment(seg))
	}
	return s.replaceLocked(t, func(now *state) {
		now.segments = append(slices.Clone(now.segments), segs...)
		now.hot, now.sealing = now.hot[len(st.hot):], 0
		now.durable = max(st.applied, now.durable)
		now.added = slices.DeleteFunc(slices.Clone(now.added), func(lsn uint64) bool { return lsn <= now.durable })
	})
}

// beginSeal keeps the rows that are in memory now from being put together with
// later ones.
func (s *Store) beginSeal(t *table) *state {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := t.state.clone()
	st.sealing = len(st.hot)
	t.state = st
	return st
}

// endSeal takes beginSeal back.
func (s *Store) endSeal(t *table) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := t.state.clone()
	st.sealing = 0
	t.state = st
}

// replace changes what a table is: change is applied to its state, the manifest
// is written from that, and then queries see it. What appends add meanwhile is
// kept, and is not in the manifest.
func (s *Store) replace(t *table, change func(*state)) error {
	t.work.Lock()
	defer t.work.Unlock()
	return s.replaceLocked(t, change)
}

// replaceLocked is replace where the table's work is held already.
func (s *Store) replaceLocked(t *table, change func(*state)) error {
	s.mu.RLock()
	before := t.state
	s.mu.RUnlock()
	next := before.clone()
	change(next)
	if err := s.keepAside(t, before, next); err != nil {
		return err
	}
	if err := writeSealed(filepath.Join(t.dir, manifestName), t.manifest(next), s.opt.step); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	hot := t.state.hotBytes()
	after := t.state.clone()
	change(after)
	t.state = after
	if now := after.hotBytes(); now < hot {
		s.hot -= hot - now
		close(s.roomier)
		s.roomier = make(chan struct{})
	}
	return nil
}
