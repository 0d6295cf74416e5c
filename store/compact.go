package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// compactAt is how many neighbours of like size become one segment.
const compactAt = 8

// compactOnce puts neighbouring segments of t together where there are enough of
// like size. Rows keep their order, which is that of their arrival.
func (s *Store) compactOnce(t *table) error {
	t.merge.Lock()
	defer t.merge.Unlock()
	st := s.stateOf(t)
	from, to := s.neighbours(st)
	if to-from < 2 {
		return nil
	}
	return s.join(t, st, from, to)
}

// Compact puts all neighbouring segments together that are not as large as
// segments are to become, and makes term indexes anew that are damaged or not
// there.
func (s *Store) Compact(name string) error {
	t, err := s.table(name)
	if err != nil {
		return err
	}
	// While rows come in there are always some more to put together: it ends with
	// those that are there now. Others may have the table between two steps.
	for range s.stateOf(t).segments {
		done, err := s.compactStep(t)
		if done || err != nil {
			return full(err)
		}
	}
	return nil
}

// compactStep puts the first neighbours together that are not as large as they are to
// become. Where there are none it mends term indexes and is done.
func (s *Store) compactStep(t *table) (done bool, err error) {
	t.merge.Lock()
	defer t.merge.Unlock()
	st := s.stateOf(t)
	from, to := s.small(st)
	if to-from < 2 {
		_, err := s.mendTerms(context.Background(), t)
		return true, err
	}
	return false, s.join(t, st, from, to)
}

// stateOf returns what a table is now.
func (s *Store) stateOf(t *table) *state {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return t.state
}

// small returns the first run of neighbours that fit into one segment together.
func (s *Store) small(st *state) (from, to int) {
	segs, most := st.segments, st.retention.segmentBytes()
	for from = 0; from < len(segs); from++ {
		rows, bytes := int64(0), int64(0)
		for to = from; to < len(segs) && rows+segs[to].Rows <= s.opt.SegmentRows && bytes+segs[to].Bytes <= most; to++ {
			rows, bytes = rows+segs[to].Rows, bytes+segs[to].Bytes
		}
		if to-from > 1 {
			return from, to
		}
	}
	return 0, 0
}

// neighbours returns the first run of compactAt segments none of which is much
// larger than the least, and that are not too large together.
func (s *Store) neighbours(st *state) (from, to int) {
	segs, large := st.segments, st.retention.segmentBytes()
	for from = 0; from+compactAt <= len(segs); from++ {
		run := segs[from : from+compactAt]
		least, most, sum, bytes := run[0].Rows, run[0].Rows, int64(0), int64(0)
		for _, g := range run {
			least, most, sum, bytes = min(least, g.Rows), max(most, g.Rows), sum+g.Rows, bytes+g.Bytes
		}
		if most <= max(compactAt*least, 1024) && sum <= s.opt.SegmentRows && bytes <= large {
			return from, from + compactAt
		}
	}
	return 0, 0
}

// join replaces segments from up to, not including, to of a table by one. The
// table's merge is held.
func (s *Store) join(t *table, st *state, from, to int) (err error) {
	began := s.opt.Now()
	defer func() { s.opt.Observer.Worked("compact", t.name(), began, err) }()
	old := slices.Clone(st.segments[from:to])
	part := *st
	part.segments, part.hot = old, nil
	seg, err := s.rewrite(t, &part, nil)
	if err != nil {
		return err
	}
	if seg != nil {
		seg.Blocks = s.blocksOf(old, seg.File)
	}
	return s.swap(t, old, seg)
}

// swap puts a segment, or none, in the place of others, whose files go.
func (s *Store) swap(t *table, old []*segment, seg *Segment) error {
	err := s.replace(t, func(now *state) {
		at := slices.Index(now.segments, old[0])
		keep := slices.DeleteFunc(slices.Clone(now.segments), func(g *segment) bool { return slices.Contains(old, g) })
		if seg != nil {
			keep = slices.Insert(keep, at, t.newSegment(seg))
		}
		now.segments = keep
	})
	if err != nil {
		if seg != nil {
			t.remove(seg)
		}
		return err
	}
	s.retire(t, old)
	return nil
}

// retire removes the files of segments that are no longer part of the table.
// Snapshots that have them read on: the files are opened before their names go.
func (s *Store) retire(t *table, old []*segment) {
	st := s.stateOf(t)
	for _, g := range old {
		// A segment that can't be opened now says so to the snapshots.
		_, _ = g.open(st.declared(g))
		t.remove(g.Segment)
	}
}

// rewrite writes the rows of a state as one segment, those that keep names where
// it is not nil, for the segments of the state to be replaced by it. It returns nil
// where no row is left.
func (s *Store) rewrite(t *table, st *state, keep func(*column.Batch) (rows []uint32, err error)) (*Segment, error) {
	micros, err := st.wideTimes(t.name())
	if err != nil {
		return nil, err
	}
	var w *segmentWriter
	err = st.each(t.name(), func(b *column.Batch) error {
		if keep != nil {
			rows, err := keep(b)
			if err != nil {
				return err
			}
			b = b.Gather(rows)
		}
		if b.Len() == 0 {
			return nil
		}
		if w == nil {
			w, err = newSegmentWriter(t.dir, s.aboutReplacing(t, st.segments), st.schema, micros, s.opt.step)
			if err != nil {
				return err
			}
		}
		return w.write(b)
	})
	switch {
	case w == nil:
		return nil, err
	case err != nil:
		w.abandon()
		return nil, err
	}
	return w.finish()
}

// readBytes is about how much of a table is in memory at once while all of it is
// read.
const readBytes = 8 << 20

// each calls f with all rows of a state, in their order, with the columns given,
// or all of the table's if there are none. One segment after the other is opened, and
// let go.
func (st *state) each(name string, f func(*column.Batch) error, cols ...int) error {
	if len(cols) == 0 {
		for i := range st.schema.Columns {
			cols = append(cols, i)
		}
	}
	for _, g := range st.segments {
		file, err := g.apart(st.declared(g))
		if err != nil {
			return fmt.Errorf("table %s: %w", name, err)
		}
		src, err := plan.Concat(name, []plan.Source{st.visible(g, file)}, st.schema, false)
		if err != nil {
			return err
		}
		if err := eachBatch(src, cols, f); err != nil {
			return err
		}
	}
	hot := st.clone()
	hot.segments = nil
	src, err := hot.source(name)
	if err != nil {
		return err
	}
	return eachBatch(src, cols, f)
}

// eachBatch calls f with the columns given of all rows of a source.
func eachBatch(src plan.Source, cols []int, f func(*column.Batch) error) error {
	r, err := src.Open(context.Background(), plan.Scan{Columns: cols, BatchBytes: readBytes})
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(b)
		}
		if err != nil {
			return err
		}
	}
}

// wideTimes returns the datetime columns that have values which no timestamp in
// nanoseconds takes.
func (st *state) wideTimes(name string) ([]string, error) {
	var names []string
	for i, c := range st.schema.Columns {
		if c.Type != types.DateTime {
			continue
		}
		one := types.NewSchema(c)
		wide := false
		err := st.each(name, func(b *column.Batch) error {
			found, err := parquet.MicrosFor(one, []*column.Batch{b})
			wide = wide || len(found) > 0
			return err
		}, i)
		if err != nil {
			return nil, err
		}
		if wide {
			names = append(names, c.Name)
		}
	}
	return names, nil
}
