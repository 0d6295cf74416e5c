package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/parquet"
)

// A Repaired is a segment that was damaged.
type Repaired struct {
	// File is the segment, Why what was wrong with it.
	File string
	Why  error
	// Kept is where the damaged file is now; empty if only its checksums were
	// damaged, which are whole again.
	Kept string
	// Rows is the number of its rows that were whole and are in the table still,
	// Lost that of the others.
	Rows, Lost int64
}

// Repair reads all of a table's segments and takes those that are damaged out of
// it, so that the rest can be queried: the rows that are whole become a new
// segment, and the damaged file is moved to the folder damaged. Term indexes that are
// damaged or not there are made anew. Rows are whole or lost a batch at a time, as
// they are read. It returns what it did, also where an error has ended it.
func (s *Store) Repair(ctx context.Context, name string) ([]Repaired, error) {
	t, err := s.table(name)
	if err != nil {
		return nil, err
	}
	t.merge.Lock()
	defer t.merge.Unlock()
	st := s.stateOf(t)
	if st.damage != nil {
		return nil, st.damage
	}
	var done []Repaired
	for _, g := range st.segments {
		why := g.verify(ctx, st)
		if why == nil {
			continue
		}
		if ctx.Err() != nil {
			return done, ctx.Err()
		}
		r, err := s.repairSegment(ctx, t, st, g)
		if err != nil {
			return done, fmt.Errorf("%s: %w", g.File, full(err))
		}
		r.Why = why
		done = append(done, r)
	}
	_, err = s.mendTerms(ctx, t)
	return done, full(err)
}

func (s *Store) repairSegment(ctx context.Context, t *table, st *state, g *segment) (Repaired, error) {
	r := Repaired{File: filepath.Join(t.dir, g.File)}
	if sums := g.sumsToMend(); sums != nil {
		r.Rows = g.Rows
		return r, writeFile(filepath.Join(t.dir, sumsName(g.File)), s.opt.step, sums)
	}
	seg, err := s.salvage(ctx, t, st, g)
	if err != nil {
		return r, err
	}
	if seg != nil {
		r.Rows = seg.Rows
	}
	r.Lost = g.Rows - r.Rows
	// The damaged file has a second name before the table gives it up.
	aside := filepath.Join(s.dir, damagedFolder, filepath.Base(t.dir))
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return r, err
	}
	r.Kept = filepath.Join(aside, g.File)
	for _, file := range []string{g.File, sumsName(g.File), termsName(g.File)} {
		err := os.Link(filepath.Join(t.dir, file), filepath.Join(aside, file))
		if err != nil && !errors.Is(err, os.ErrExist) && !errors.Is(err, os.ErrNotExist) {
			return r, err
		}
	}
	if err := syncDir(aside); err != nil {
		return r, err
	}
	return r, s.swap(t, []*segment{g}, seg)
}

// sumsToMend returns the checksums of a segment that is whole and whose file of
// checksums is not; nil of any other.
func (g *segment) sumsToMend() []byte {
	if sums, err := os.ReadFile(filepath.Join(g.dir, sumsName(g.File))); err == nil && checksum(sums) == g.Sums {
		return nil
	}
	c, err := openChecked(g.dir, g.Segment)
	if err != nil {
		return nil // neither is whole
	}
	defer c.Close()
	return c.sums
}

// salvage writes the rows of a damaged segment that are whole as another one. It
// returns nil where there are none.
func (s *Store) salvage(ctx context.Context, t *table, st *state, g *segment) (*Segment, error) {
	c, err := openChecked(t.dir, g.Segment)
	if err != nil {
		return nil, nil // no row of it can be read
	}
	f, err := parquet.OpenReader(headed{c}, g.Bytes, c.f.Name(), parquet.Options{Declared: st.declared(g)})
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	src := st.visible(g, f)
	cols := make([]int, src.Schema().Len())
	for i := range cols {
		cols[i] = i
	}
	r, err := src.Open(ctx, plan.Scan{Columns: cols})
	if err != nil {
		return nil, nil
	}
	defer r.Close()
	var whole []*column.Batch
	for {
		b, err := r.Next(ctx)
		if err != nil {
			break // the end, or damage behind which nothing can be found
		}
		if b, err = loaded(b); err == nil {
			whole = append(whole, b)
		}
	}
	if len(whole) == 0 || ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return s.writeSegment(t, s.aboutReplacing(t, []*segment{g}), src.Schema(), whole)
}

// headed is a segment whose first four bytes are known without reading them, for
// they are the same in every Parquet file: damage near them need not be theirs.
type headed struct{ *checked }

// ReadAt implements io.ReaderAt.
func (h headed) ReadAt(p []byte, off int64) (int, error) {
	if off == 0 && len(p) == 4 {
		return copy(p, "PAR1"), nil
	}
	return h.checked.ReadAt(p, off)
}

// loaded returns b with all its columns read.
func loaded(b *column.Batch) (*column.Batch, error) {
	cols := make([]column.Column, b.Width())
	for i := range cols {
		var err error
		if cols[i], err = b.Column(i); err != nil {
			return nil, err
		}
	}
	return column.NewBatch(b.Len(), slices.Clip(cols)), nil
}
