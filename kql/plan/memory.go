package plan

import (
	"context"
	"errors"
	"io"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Memory is a Source whose rows are in memory.
type Memory struct {
	schema  types.Schema
	batches []*column.Batch
}

// NewMemory returns the table of batches, whose columns are those of schema.
func NewMemory(schema types.Schema, batches []*column.Batch) *Memory {
	return &Memory{schema: schema, batches: batches}
}

// Schema implements Source.
func (m *Memory) Schema() types.Schema { return m.schema }

// Rows implements Sizer.
func (m *Memory) Rows() int64 {
	var n int64
	for _, b := range m.batches {
		n += int64(b.Len())
	}
	return n
}

// Open implements Source.
func (m *Memory) Open(_ context.Context, s Scan) (column.Reader, error) {
	r := &memoryReader{batches: m.batches, scan: s, left: s.Limit}
	for _, c := range s.Columns {
		r.schema.Columns = append(r.schema.Columns, m.schema.Columns[c])
	}
	return r, nil
}

// memoryReader yields the batches, cut to the size wanted.
type memoryReader struct {
	schema  types.Schema
	batches []*column.Batch
	scan    Scan
	left    int
	next    int // batch
	from    int // row of it
	closed  atomic.Bool
}

func (r *memoryReader) Schema() types.Schema { return r.schema }

func (r *memoryReader) Close() error {
	r.closed.Store(true)
	return nil
}

func (r *memoryReader) Next(ctx context.Context) (*column.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.closed.Load() {
		return nil, errors.New("reader is closed")
	}
	if r.next == len(r.batches) || r.scan.Limit > 0 && r.left <= 0 {
		return nil, io.EOF
	}
	b := r.batches[r.next]
	to := b.Len()
	if r.scan.BatchRows > 0 {
		to = min(to, r.from+r.scan.BatchRows)
	}
	if r.scan.Limit > 0 {
		to = min(to, r.from+r.left)
		r.left -= to - r.from
	}
	out := b.Select(r.scan.Columns).Slice(r.from, to)
	r.from = to
	if r.from >= b.Len() {
		r.next, r.from = r.next+1, 0
	}
	return out, nil
}
