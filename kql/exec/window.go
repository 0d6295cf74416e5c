package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// window is a project with window functions. They see all rows at once; what
// else the project computes is computed batch by batch, and columns that are
// passed on stay Lazy.
func (q *query) window(n *plan.Project, in *flow) *flow {
	return q.breakerOver(in, n.Out, q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		l := q.lease("Serialize")
		rows, err := collect(ctx, in.reader(), l)
		if err != nil {
			l.release()
			return nil, err
		}
		rows.schema = n.Input.Schema()
		out, err := q.runWindow(n, rows)
		if err != nil {
			l.release()
			return nil, err
		}
		return &batchReader{schema: n.Out, batches: out, rows: q.BatchRows, release: l.release}, nil
	})
}

func (q *query) runWindow(n *plan.Project, rows *stack) ([]*column.Batch, error) {
	if rows.n == 0 {
		return nil, nil
	}
	c := newCompiler(q)
	exprs := c.all(n.Exprs)
	whole := make([]column.Column, len(exprs)) // of those that see all rows
	all := rows.batch()
	for i, e := range n.Exprs {
		if !plan.HasWindow(e) {
			continue
		}
		v, err := exprs[i].eval(all)
		if err != nil {
			return nil, err
		}
		whole[i] = v
	}
	out := make([]*column.Batch, len(rows.batches))
	for j, b := range rows.batches {
		from := int(rows.starts[j])
		cols := make([]column.Column, len(exprs))
		for i, e := range exprs {
			if whole[i] != nil {
				cols[i] = column.Slice(whole[i], from, from+b.Len())
				continue
			}
			v, err := e.raw(b)
			if err != nil {
				return nil, err
			}
			cols[i] = v
		}
		out[j] = column.NewBatch(b.Len(), cols)
	}
	return out, nil
}
