package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func (q *query) buildTop(n *plan.Top) (*flow, error) {
	limit, err := q.rowCount(n.N)
	if err != nil {
		return nil, err
	}
	in, err := q.topInput(n, limit)
	if err != nil {
		return nil, err
	}
	return q.breakerOver(in, n.Schema(), q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		return q.runTop(ctx, n.Keys, limit, in)
	}), nil
}

// topInput makes the flow of the rows that the first ones of an order are taken of.
func (q *query) topInput(n *plan.Top, limit int) (*flow, error) {
	if in, err := q.topGroups(n, limit); in != nil || err != nil {
		return in, err
	}
	if in, ok, err := q.topFragments(n, limit); ok || err != nil {
		return in, err
	}
	return q.build(n.Input)
}

// runTop finds the first rows of an order. Each worker keeps the best rows that
// it has seen, so that a column that is not a key is read for the rows of the
// answer alone.
func (q *query) runTop(ctx context.Context, keys []plan.SortKey, limit int, in *flow) (column.Reader, error) {
	schema := in.schema
	if limit == 0 {
		in.source.Close()
		return &batchReader{schema: schema}, nil
	}
	width := schema.Len()
	in = q.withLazyKeys(in, keys)
	// The row's place is one more key: which of equal rows are taken does not
	// depend on who saw them.
	full := types.Schema{Columns: append(append([]types.Column(nil), in.schema.Columns...), types.Column{Type: types.Long})}
	keys = append(append([]plan.SortKey(nil), keys...), plan.SortKey{})
	states := make([]*topState, in.workers())
	sinks := make([]sink, len(states))
	for i := range states {
		states[i] = &topState{limit: limit, keys: keys, width: width, rows: &stack{schema: full}, lease: q.lease("TopN")}
		sinks[i] = states[i]
		defer states[i].lease.release()
	}
	if err := in.run(ctx, sinks); err != nil {
		return nil, err
	}
	all := states[0]
	for _, s := range states[1:] {
		for _, b := range s.rows.batches {
			if err := all.rows.add(b); err != nil {
				return nil, err
			}
		}
	}
	if err := all.tidy(); err != nil {
		return nil, err
	}
	out := make([]*column.Batch, len(all.rows.batches))
	for i, b := range all.rows.batches {
		out[i] = b.Select(positions(width))
	}
	return &batchReader{schema: schema, batches: out, rows: q.BatchRows}, nil
}

// topState is the best rows that one worker has seen, and some more.
type topState struct {
	limit int
	keys  []plan.SortKey
	width int // columns before the keys
	rows  *stack
	bytes int64
	lease *lease
	bound topBound
}

func (s *topState) consume(at rowID, b *column.Batch) error {
	places := make([]int64, b.Len())
	for i := range places {
		places[i] = int64(at) + int64(i)
	}
	cols := make([]column.Column, 0, b.Width()+1)
	for i := range b.Width() {
		cols = append(cols, b.Raw(i))
	}
	b = column.NewBatch(b.Len(), append(cols, column.NewVec(types.Long, places, nil)))
	first, err := b.Column(s.width)
	if err != nil {
		return err
	}
	if rows, ok := s.bound.within(first, s.keys[0].Desc); ok && len(rows) < b.Len() {
		if len(rows) == 0 {
			return nil
		}
		b, first = b.Gather(rows), column.Gather(first, rows)
	}
	if b.Len() > 4*s.limit {
		// A large batch is reduced on its own, before it is kept.
		own := &stack{schema: s.rows.schema}
		if err := own.add(b); err != nil {
			return err
		}
		best, err := s.best(own)
		if err != nil {
			return err
		}
		if len(best) == s.limit {
			s.bound.narrow(first, best[s.limit-1], s.keys[0].Desc)
		}
		b = b.Gather(best)
	}
	if err := s.rows.add(b); err != nil {
		return err
	}
	s.bytes += batchSize(b)
	if s.rows.n > 2*s.limit+4*defaultBatchRows {
		if err := s.tidy(); err != nil {
			return err
		}
	}
	return s.lease.set(s.bytes)
}

// tidy leaves the best rows only, in order.
func (s *topState) tidy() error {
	if s.rows.n == 0 {
		return nil
	}
	best, err := s.best(s.rows)
	if err != nil {
		return err
	}
	b := s.rows.gather(best)
	s.rows = &stack{schema: s.rows.schema}
	s.bytes = batchSize(b)
	return s.rows.add(b)
}

// best returns the first rows of the order.
func (s *topState) best(rows *stack) ([]uint32, error) {
	perm, err := rows.order(s.keys, s.width, 1)
	if err != nil {
		return nil, err
	}
	perm = orAll(perm, perm != nil, rows.n)
	return perm[:min(s.limit, len(perm))], nil
}
