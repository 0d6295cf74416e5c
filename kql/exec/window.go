package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// hasWindow reports whether a window function (prev, row_number) is part of e.
func hasWindow(e plan.Expr) bool {
	return hasCall(e, func(c *plan.Call) bool { return c.Fn.Decl != nil && c.Fn.Decl.Window })
}

// isVolatile reports whether e may be another value each time it is computed.
func isVolatile(e plan.Expr) bool {
	return hasCall(e, func(c *plan.Call) bool { return c.Fn.Decl != nil && c.Fn.Decl.Volatile })
}

func hasCall(e plan.Expr, f func(*plan.Call) bool) bool {
	found := false
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Call); ok && f(c) {
			found = true
		}
		return !found
	})
	return found
}

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
		if !hasWindow(e) {
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
