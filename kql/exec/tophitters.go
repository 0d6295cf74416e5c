package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// buildTopHitters puts all rows into a heap, takes the least ones out until N are left,
// and yields what is left, the least first. Of rows that are equal the heap decides
// which are taken: Kusto's answers are those of C++'s push_heap and pop_heap.
//
// Source: the Kusto documentation, "top-hitters operator"; for ties and the order,
// recorded answers of the engine.
func (q *query) buildTopHitters(n *plan.TopHitters) (*flow, error) {
	limit, err := q.rowCount(n.N)
	if err != nil {
		return nil, err
	}
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	return q.breakerOver(in, n.Schema(), q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		l := q.lease("TopHitters")
		rows, err := collect(ctx, in.reader(), l)
		if err == nil && rows.n > 0 {
			err = l.add(16 * int64(rows.n))
		}
		if err != nil {
			l.release()
			return nil, err
		}
		out := &batchReader{schema: n.Schema(), rows: q.BatchRows, release: l.release}
		if rows.n == 0 {
			return out, nil
		}
		b := rows.batch()
		by, err := newCompiler(q).compile(n.By).eval(b)
		if err != nil {
			l.release()
			return nil, err
		}
		key := plan.SortKey{NullsFirst: true}
		out.batches = []*column.Batch{b.Gather(hitters(sortColumns([]plan.SortKey{key}, []column.Column{column.Flat(by)}), rows.n, limit))}
		return out, nil
	}), nil
}

// hitters returns the rows of the limit greatest of n values, the least first.
func hitters(by []sortColumn, n, limit int) []uint32 {
	h := &rowHeap{by: by}
	for i := range n {
		h.push(uint32(i))
	}
	for len(h.rows) > limit {
		h.pop()
	}
	out := make([]uint32, len(h.rows))
	for i := range out {
		out[i] = h.pop()
	}
	return out
}

// A rowHeap is a binary heap of rows with the least on top.
type rowHeap struct {
	by   []sortColumn
	rows []uint32
}

func (h *rowHeap) less(a, b uint32) bool { return compareRows(h.by, int(a), int(b)) < 0 }

func (h *rowHeap) push(row uint32) {
	h.rows = append(h.rows, row)
	h.up(len(h.rows) - 1)
}

func (h *rowHeap) up(i int) {
	row := h.rows[i]
	for i > 0 && h.less(row, h.rows[(i-1)/2]) {
		h.rows[i] = h.rows[(i-1)/2]
		i = (i - 1) / 2
	}
	h.rows[i] = row
}

// pop takes the top out. The hole goes down to a leaf, each time to the lesser child,
// the left one of equals; there the last row is put, and goes up to its place.
func (h *rowHeap) pop() uint32 {
	top := h.rows[0]
	n := len(h.rows) - 1
	last := h.rows[n]
	hole := 0
	for c := 1; c <= n; c = 2*hole + 1 {
		if c+1 <= n && h.less(h.rows[c+1], h.rows[c]) {
			c++
		}
		h.rows[hole] = h.rows[c]
		hole = c
	}
	h.rows[hole] = last
	h.rows = h.rows[:n]
	if hole < n {
		h.up(hole)
	}
	return top
}
