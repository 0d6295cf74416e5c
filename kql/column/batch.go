package column

import (
	"context"

	"github.com/calypso-kql/calypso/kql/types"
)

// A Batch is a number of rows over the columns of a schema. It is immutable
// and safe for concurrent use.
type Batch struct {
	n    int
	cols []Column
}

// NewBatch returns the batch of cols, each of which has n rows. It keeps cols.
func NewBatch(n int, cols []Column) *Batch { return &Batch{n: n, cols: cols} }

// Len returns the number of rows.
func (b *Batch) Len() int { return b.n }

// Width returns the number of columns.
func (b *Batch) Width() int { return len(b.cols) }

// Column returns column i, read from its file if it was lazy.
func (b *Batch) Column(i int) (Column, error) { return Force(b.cols[i]) }

// Raw returns column i as it is; it may be a *Lazy.
func (b *Batch) Raw(i int) Column { return b.cols[i] }

// Select returns the batch of the columns at the positions given.
func (b *Batch) Select(positions []int) *Batch {
	cols := make([]Column, len(positions))
	for i, p := range positions {
		cols[i] = b.cols[p]
	}
	return &Batch{n: b.n, cols: cols}
}

// Gather returns the batch of the rows given, in that order. Lazy columns stay
// lazy and dictionaries are kept.
func (b *Batch) Gather(rows []uint32) *Batch {
	cols := make([]Column, len(b.cols))
	for i, c := range b.cols {
		cols[i] = Gather(c, rows)
	}
	return &Batch{n: len(rows), cols: cols}
}

// Slice returns rows from up to, not including, to.
func (b *Batch) Slice(from, to int) *Batch {
	if from == 0 && to == b.n {
		return b
	}
	cols := make([]Column, len(b.cols))
	for i, c := range b.cols {
		cols[i] = Slice(c, from, to)
	}
	return &Batch{n: to - from, cols: cols}
}

// A Reader yields batches until it returns io.EOF.
//
// A batch may be kept: readers never reuse what they have handed out, and lazy
// columns can be read after Close. Next is not safe for concurrent use. Close
// may be called at any time and more than once; a Next after Close returns an
// error.
type Reader interface {
	// Schema names the columns of every batch.
	Schema() types.Schema
	// Next returns the next batch, which may have no rows, or io.EOF.
	Next(ctx context.Context) (*Batch, error)
	// Close releases what the reader holds.
	Close() error
}
