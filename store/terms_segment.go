package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// segmentTerms is the term index of a segment, opened when it is first asked. One
// that is damaged or not there says nothing: queries are slower, and as right.
type segmentTerms struct {
	path    string
	seg     *Segment
	filters *filterCache

	mu    sync.Mutex
	asked bool
	index *termIndex
}

func newSegmentTerms(dir string, s *Segment, c *filterCache) *segmentTerms {
	return &segmentTerms{path: filepath.Join(dir, termsName(s.File)), seg: s, filters: c}
}

// Rows implements parquet.Index.
func (t *segmentTerms) Rows(column string, h plan.Hint) ([]parquet.Range, bool) {
	x := t.opened()
	if x == nil {
		return nil, false
	}
	rows, ok, err := x.rowsOf(column, h)
	if err != nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.index == x {
			t.index = nil
		}
		return nil, false
	}
	return rows, ok
}

func (t *segmentTerms) opened() *termIndex {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.asked {
		t.asked = true
		// An error leaves no index.
		t.index, _ = openTerms(t.path, t.seg, t.filters)
	}
	return t.index
}

// forget has the index opened again when it is asked next.
func (t *segmentTerms) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.asked, t.index = false, nil
}

// verify returns what is wrong with the index; an error that is os.ErrNotExist if
// there is none.
func (t *segmentTerms) verify() error {
	x, err := openTerms(t.path, t.seg, nil)
	if err != nil {
		return err
	}
	defer x.Close()
	return x.verify()
}

// mendTerms writes the term indexes of a table anew that are damaged or not there,
// and returns their number.
func (s *Store) mendTerms(ctx context.Context, t *table) (int, error) {
	st := s.stateOf(t)
	n := 0
	for _, g := range st.segments {
		if g.terms.verify() == nil {
			continue
		}
		if err := g.indexTerms(ctx, s.opt.step); err != nil {
			return n, named(filepath.Join(g.dir, g.File), err)
		}
		n++
	}
	return n, nil
}

// indexTerms writes the segment's term index.
func (g *segment) indexTerms(ctx context.Context, step func(string)) error {
	f, err := openSegment(g.dir, g.Segment)
	if err != nil {
		return err
	}
	defer f.Close()
	var schema types.Schema
	var cols []int
	for i, c := range f.Schema().Columns {
		if c.Type == types.String || c.Type == types.Dynamic {
			schema.Columns, cols = append(schema.Columns, c), append(cols, i)
		}
	}
	r, err := f.Open(ctx, plan.Scan{Columns: cols, BatchBytes: readBytes})
	if err != nil {
		return err
	}
	defer r.Close()
	w := newTermWriter(schema)
	for {
		b, err := r.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = w.write(b)
		}
		if err != nil {
			return err
		}
	}
	defer g.terms.forget()
	if err := os.Remove(g.terms.path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err // a folder in its place, for example
	}
	return writeFile(g.terms.path, step, w.finish(g.Bytes, g.Sums)...)
}
