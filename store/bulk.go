package store

import (
	"context"
	"errors"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// segmentAtOnce is the number of rows of a table from which on a batch is written
// to a segment as it comes, and the log only names it.
const segmentAtOnce = 1 << 14

// What a Bulk has in memory is bounded, however many tables it has and however
// large their rows are: bulkBytes is for all rows that are held or in row groups
// that are being filled, heldBytes for those that are held, openSegments for the
// segments that are being written, each with its buffers. closingSegments may be
// on their way to the disk.
const (
	bulkBytes       = 96 << 20
	heldBytes       = 32 << 20
	openSegments    = 8
	closingSegments = 1
)

// A Bulk is a batch that comes a part at a time and may be larger than memory.
// Nothing of it is visible or acknowledged before Commit, which stores all of it
// or nothing. It is for one goroutine. Commit or Abort must be called.
type Bulk struct {
	s      *Store
	tables []*bulkTable
	rows   int64
	done   bool
	// held is how many bytes of rows wait in tables, writing are the tables whose
	// segments are being written, the one that was written to last at the end, and
	// closing the segments on their way to the disk.
	held    int64
	writing []*bulkTable
	closing []*closing
	// arrived is when the first rows have arrived that arrive with the batch, and
	// release says that it has ended; nil if there are none.
	arrived int64
	release func()
}

// A bulkTable is what a Bulk has for one table.
type bulkTable struct {
	name string // that the rows came with
	t    *table
	// held are rows that no segment has yet, how many they are, and their bytes.
	// In the end there are none if there is a segment: what a record adds to a
	// table is in segments, or it is in the record.
	held  []Rows
	n     int
	bytes int64

	schema types.Schema // of the segment that is being written
	w      *segmentWriter
	closed []*closing
	// altered is how often the table had been altered when its first rows were
	// found to fit it.
	altered int
}

// Begin begins a batch. It waits while too many rows are in memory, until ctx
// ends. [Store.Append] is shorter for rows that are at hand.
func (s *Store) Begin(ctx context.Context) (*Bulk, error) {
	s.mu.RLock()
	closed := s.closed
	if !closed {
		s.appends.Add(1)
	}
	s.mu.RUnlock()
	if closed {
		return nil, errClosed
	}
	if err := s.waitForRoom(ctx); err != nil {
		s.appends.Done()
		return nil, err
	}
	return &Bulk{s: s}, nil
}

// Len returns the number of rows added.
func (b *Bulk) Len() int64 { return b.rows }

// Add adds rows, which must not change until the batch has ended. After an error
// the batch can only be aborted.
func (b *Bulk) Add(in Rows) error {
	if in.Rows.Len() == 0 {
		return nil
	}
	if in.Arriving {
		var err error
		if in, err = b.arrive(in); err != nil {
			return err
		}
	}
	t, err := b.table(in)
	if err != nil {
		return full(err)
	}
	b.rows += int64(in.Rows.Len())
	if t.w != nil {
		err = b.write(t, in)
	} else {
		size := in.Rows.Size()
		t.held, t.n, t.bytes = append(t.held, in), t.n+in.Rows.Len(), t.bytes+size
		if b.held += size; t.n >= segmentAtOnce {
			err = b.pour(t)
		}
	}
	if err == nil {
		err = b.relieve()
	}
	return full(err)
}

// pour writes the rows that a table holds to a segment.
func (b *Bulk) pour(t *bulkTable) error {
	held := t.held
	b.held -= t.bytes
	t.held, t.n, t.bytes = nil, 0, 0
	for _, rows := range held {
		if err := b.write(t, rows); err != nil {
			return err
		}
	}
	return nil
}

// relieve writes what takes most until what is in memory is within its bounds.
func (b *Bulk) relieve() error {
	for b.held > heldBytes {
		most := b.tables[0]
		for _, t := range b.tables {
			if t.bytes > most.bytes {
				most = t
			}
		}
		if err := b.pour(most); err != nil {
			return err
		}
	}
	for {
		all, most := b.held, (*bulkTable)(nil)
		for _, t := range b.writing {
			if all += t.w.held(); most == nil || t.w.held() > most.w.held() {
				most = t
			}
		}
		switch {
		case all <= bulkBytes || most == nil:
			return nil
		case most.w.terms.held() > most.w.held()/2:
			b.close(most)
			continue
		}
		if err := most.w.flush(); err != nil {
			return err
		}
	}
}

// table returns what the batch has for the table of rows, with the rows' columns
// in the store's table.
func (b *Bulk) table(in Rows) (*bulkTable, error) {
	i := slices.IndexFunc(b.tables, func(t *bulkTable) bool { return t.name == in.Table })
	if i >= 0 && b.tables[i].has(in.Schema) {
		return b.tables[i], nil
	}
	if i >= 0 {
		_, err := b.s.grow(b.tables[i].t, in.Schema)
		return b.tables[i], err
	}
	for {
		t, err := b.s.create(in.Table, in.Schema)
		if err != nil {
			return nil, err
		}
		altered, err := b.s.grow(t, in.Schema)
		var dropped *UnknownTableError
		if errors.As(err, &dropped) {
			continue // since it was found: it is made anew
		}
		if err != nil {
			return nil, err
		}
		b.tables = append(b.tables, &bulkTable{name: in.Table, t: t, altered: altered})
		return b.tables[len(b.tables)-1], nil
	}
}

// has reports whether the last rows had these columns.
func (t *bulkTable) has(s types.Schema) bool {
	if len(t.held) > 0 {
		return t.held[len(t.held)-1].Schema.Equal(s)
	}
	return t.w != nil && t.schema.Equal(s)
}

// write adds rows to the segment that is being written. Another one is begun
// where they do not fit it.
func (b *Bulk) write(t *bulkTable, in Rows) error {
	micros, err := parquet.MicrosFor(in.Schema, []*column.Batch{in.Rows})
	if err != nil {
		return err
	}
	if w := t.w; w != nil {
		fits := t.schema.Equal(in.Schema) && !slices.ContainsFunc(micros, func(c string) bool { return !slices.Contains(w.micros, c) })
		if !fits || w.info.Rows+int64(in.Rows.Len()) > b.s.opt.SegmentRows || w.sums.n > b.s.stateOf(t.t).retention.segmentBytes() {
			b.close(t)
		}
	}
	if i := slices.Index(b.writing, t); i >= 0 {
		b.writing = slices.Delete(b.writing, i, i+1)
	} else {
		if len(b.writing) >= openSegments {
			b.close(b.writing[0])
		}
		t.schema = in.Schema
		t.w, err = newSegmentWriter(t.t.dir, b.s.aboutLogged(t.t), in.Schema, micros, b.s.opt.step)
		if err != nil {
			return err
		}
	}
	b.writing = append(b.writing, t)
	return t.w.write(in.Rows)
}
