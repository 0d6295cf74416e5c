package exec

import (
	"context"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func (q *query) buildSort(n *plan.Sort) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	return q.breakerOver(in, n.Schema(), q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		l := q.lease("Sort")
		r, err := q.runSort(ctx, n.Keys, in, l)
		if err != nil {
			l.release()
		}
		return r, err
	}), nil
}

// runSort keeps all rows and their keys, and yields the rows in order. Columns
// that are not keys are read batch by batch as the result is.
func (q *query) runSort(ctx context.Context, keys []plan.SortKey, in *flow, l *lease) (column.Reader, error) {
	schema := in.schema
	in, at := q.sortable(in, keys)
	rows, err := collect(ctx, in.reader(), l)
	if err != nil {
		return nil, err
	}
	if rows.n == 0 {
		return &batchReader{schema: schema}, nil
	}
	// Two items of 16 bytes a row, and a word for each key.
	scratch := int64(rows.n) * int64(32+8*len(keys))
	if err := l.add(scratch); err != nil {
		return nil, err
	}
	all := rows.batch()
	rows = nil // a column that is joined is then in memory once
	perm, err := orderOn(all, keys, at, q.Workers)
	if err != nil {
		return nil, err
	}
	if err := l.add(4*int64(len(perm)) - scratch); err != nil {
		return nil, err
	}
	return &orderedReader{schema: schema, all: unread(all, schema), perm: perm, rows: q.BatchRows, lease: l}, nil
}

// unread returns the columns of b that s has, those that have been read as Lazy
// ones again: of the rows in order, only those that are looked at are then copied.
func unread(b *column.Batch, s types.Schema) *column.Batch {
	cols := make([]column.Column, s.Len())
	for i := range cols {
		cols[i] = b.Raw(i)
		l, isLazy := cols[i].(*column.Lazy)
		if !isLazy || !l.Loaded() {
			continue
		}
		if c, err := column.Force(l); err == nil {
			cols[i] = column.NewLazy(c.Type(), c.Len(), inMemory{c})
		}
	}
	return column.NewBatch(b.Len(), cols)
}

// An inMemory loads rows of a column that is in memory.
type inMemory struct{ column.Column }

// Load implements column.Loader.
func (m inMemory) Load(rows []uint32) (column.Column, error) {
	if rows == nil {
		return m.Column, nil
	}
	return column.Gather(m.Column, rows), nil
}

// Scattered implements column.Scattered.
func (inMemory) Scattered() bool { return true }

// sortable returns in with the values of keys read: of those that are columns
// where they are, of the others behind all columns. at says where.
func (q *query) sortable(in *flow, keys []plan.SortKey) (out *flow, at []int) {
	width := in.schema.Len()
	read := map[int]bool{}
	var others []plan.SortKey
	at = make([]int, len(keys))
	for i, k := range keys {
		if c, ok := k.Expr.(*plan.Column); ok {
			at[i] = c.Index
			read[c.Index] = true
			continue
		}
		at[i] = width + len(others)
		others = append(others, k)
	}
	in = q.withKeys(in, others)
	return in.then(in.schema, nil, func() (stage, error) { return &readColumns{read}, nil }), at
}

// withKeys adds the sort keys' values behind the columns of in.
func (q *query) withKeys(in *flow, keys []plan.SortKey) *flow { return q.addKeys(in, keys, false) }

// withLazyKeys is withKeys for who may not look at all of them.
func (q *query) withLazyKeys(in *flow, keys []plan.SortKey) *flow { return q.addKeys(in, keys, true) }

func (q *query) addKeys(in *flow, keys []plan.SortKey, lazy bool) *flow {
	schema := types.Schema{Columns: append([]types.Column(nil), in.schema.Columns...)}
	exprs := make([]plan.Expr, len(keys))
	for i, k := range keys {
		exprs[i] = k.Expr
		schema.Columns = append(schema.Columns, types.Column{Type: k.Expr.Type()})
	}
	return in.then(schema, nil, func() (stage, error) {
		return &addColumns{newCompiler(q).all(exprs), lazy}, nil
	})
}

// addColumns puts computed columns behind those of the batch.
type addColumns struct {
	exprs []*evaluator
	lazy  bool // what is merely a column of the batch stays Lazy
}

func (s *addColumns) apply(b *column.Batch, emit func(*column.Batch) error) error {
	eval := evalAll
	if s.lazy {
		eval = evalRaw
	}
	extra, err := eval(s.exprs, b)
	if err != nil {
		return err
	}
	cols := make([]column.Column, 0, b.Width()+len(extra))
	for i := range b.Width() {
		cols = append(cols, b.Raw(i))
	}
	return emit(column.NewBatch(b.Len(), append(cols, extra...)))
}

// order returns the rows of s in the order of keys, whose values are its
// columns from position from on; nil if they are in order.
func (s *stack) order(keys []plan.SortKey, from, workers int) ([]uint32, error) {
	at := positions(len(keys))
	for i := range at {
		at[i] += from
	}
	return orderOn(s.batch(), keys, at, workers)
}

// orderOn returns the rows of b in the order of keys, whose values are its columns
// at the positions given; nil if they are in order.
func orderOn(b *column.Batch, keys []plan.SortKey, at []int, workers int) ([]uint32, error) {
	cols := make([]column.Column, len(keys))
	for i := range keys {
		c, err := b.Column(at[i])
		if err != nil {
			return nil, err
		}
		cols[i] = c
	}
	return orderBy(sortColumns(keys, cols), b.Len(), workers), nil
}

// positions returns 0, 1, … n-1.
func positions(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// An orderedReader yields rows of one batch in another order.
type orderedReader struct {
	schema types.Schema
	all    *column.Batch
	perm   []uint32 // nil for the rows as they are
	at     int
	rows   int
	lease  *lease
}

func (r *orderedReader) Schema() types.Schema { return r.schema }

func (r *orderedReader) Next(context.Context) (*column.Batch, error) {
	if r.all == nil {
		return nil, errClosed
	}
	if r.at == r.all.Len() {
		return nil, io.EOF
	}
	from := r.at
	r.at = min(from+r.rows, r.all.Len())
	if r.perm == nil {
		return r.all.Slice(from, r.at), nil
	}
	return r.all.Gather(r.perm[from:r.at]), nil
}

func (r *orderedReader) Close() error {
	r.all, r.perm = nil, nil
	r.lease.release()
	return nil
}
