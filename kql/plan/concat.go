package plan

import (
	"context"
	"fmt"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// Concat makes one table of its parts, which follow one another. It has the
// columns declared and then those that only parts have, hidden if extraHidden;
// what a part lacks is null there. Two parts that hold one column in different
// types are an error. name is the table's, for the error.
func Concat(name string, parts []Source, declared types.Schema, extraHidden bool) (Source, error) {
	if len(parts) == 1 && covers(parts[0].Schema(), declared) {
		return parts[0], nil
	}
	m := &concat{parts: parts, schema: types.Schema{Columns: append([]types.Column(nil), declared.Columns...)}}
	for _, p := range parts {
		for _, c := range p.Schema().Columns {
			i := m.schema.Index(c.Name)
			if i >= 0 && m.schema.Columns[i].Type != c.Type {
				return nil, fmt.Errorf("table %s: column %s is %s in one part and %s in another", name, c.Name, m.schema.Columns[i].Type, c.Type)
			}
			if i < 0 {
				c.Hidden = c.Hidden || extraHidden
				m.schema.Columns = append(m.schema.Columns, c)
			}
		}
	}
	return m, nil
}

// covers reports whether s begins with all columns of declared.
func covers(s, declared types.Schema) bool {
	if s.Len() < declared.Len() {
		return false
	}
	return types.Schema{Columns: s.Columns[:declared.Len()]}.Equal(declared)
}

// concat is several sources, one after the other.
type concat struct {
	schema types.Schema
	parts  []Source
}

// Schema implements Source.
func (m *concat) Schema() types.Schema { return m.schema }

// Rows implements Sizer.
func (m *concat) Rows() int64 {
	var n int64
	for _, p := range m.parts {
		s, ok := p.(Sizer)
		if !ok {
			return -1
		}
		n += s.Rows()
	}
	return n
}

// Open implements Source.
func (m *concat) Open(_ context.Context, s Scan) (column.Reader, error) {
	r := &concatReader{m: m, scan: s, left: s.Limit}
	for _, c := range s.Columns {
		r.schema.Columns = append(r.schema.Columns, m.schema.Columns[c])
	}
	return r, nil
}

type concatReader struct {
	m      *concat
	schema types.Schema
	scan   Scan
	left   int
	next   int
	part   column.Reader
	at     []int // position of each wanted column in the part's batches, -1 if it lacks it
}

func (r *concatReader) Schema() types.Schema { return r.schema }

func (r *concatReader) Close() error {
	r.next = len(r.m.parts)
	if r.part == nil {
		return nil
	}
	return r.part.Close()
}

func (r *concatReader) Next(ctx context.Context) (*column.Batch, error) {
	for {
		if r.part == nil {
			if r.next == len(r.m.parts) || r.scan.Limit > 0 && r.left <= 0 {
				return nil, io.EOF
			}
			if err := r.open(ctx); err != nil {
				return nil, err
			}
		}
		b, err := r.part.Next(ctx)
		if err == io.EOF {
			err = r.part.Close()
			r.part = nil
			if err == nil {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		if r.scan.Limit > 0 {
			r.left -= b.Len()
		}
		return r.align(b), nil
	}
}

// open opens the next part with what of the scan it has columns for. A hint on
// a column that the part lacks excludes it all, for nulls fulfil no hint; that
// is left to the filter above.
func (r *concatReader) open(ctx context.Context) error {
	p := r.m.parts[r.next]
	r.next++
	own := p.Schema()
	s := Scan{BatchRows: r.scan.BatchRows, Limit: r.left, Skips: r.scan.Skips}
	r.at = make([]int, len(r.scan.Columns))
	for i, c := range r.scan.Columns {
		want := r.m.schema.Columns[c]
		r.at[i] = -1
		if j := own.Index(want.Name); j >= 0 {
			r.at[i] = len(s.Columns)
			s.Columns = append(s.Columns, j)
		}
	}
	for _, h := range r.scan.Hints {
		want := r.m.schema.Columns[h.Column]
		if j := own.Index(want.Name); j >= 0 {
			h.Column = j
			s.Hints = append(s.Hints, h)
		}
	}
	var err error
	r.part, err = p.Open(ctx, s)
	return err
}

func (r *concatReader) align(b *column.Batch) *column.Batch {
	cols := make([]column.Column, len(r.at))
	for i, j := range r.at {
		if j < 0 {
			cols[i] = column.NullConst(r.schema.Columns[i].Type, b.Len())
		} else {
			cols[i] = b.Raw(j)
		}
	}
	return column.NewBatch(b.Len(), cols)
}
