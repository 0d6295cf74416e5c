package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

func (q *query) buildProject(n *plan.Project) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	for _, e := range n.Exprs {
		if plan.HasWindow(e) {
			if near, ok := q.nearWindow(n, in); ok {
				return near, nil
			}
			return q.window(n, in), nil
		}
	}
	return q.projected(in, n), nil
}

// projected computes what n does, without windows, of the rows of in.
func (q *query) projected(in *flow, n *plan.Project) *flow {
	return in.then(n.Out, q.statsOf(n), func() (stage, error) {
		return &project{exprs: newLastCompiler(q).all(n.Exprs)}, nil
	})
}

// A project computes columns. A column that is passed on is not read.
type project struct{ exprs []*evaluator }

func (p *project) apply(b *column.Batch, emit func(*column.Batch) error) error {
	cols, err := evalRaw(p.exprs, b)
	if err != nil {
		return err
	}
	return emit(column.NewBatch(b.Len(), cols))
}

// evalRaw evaluates all of es over b, leaving columns that are merely passed on
// Lazy.
func evalRaw(es []*evaluator, b *column.Batch) ([]column.Column, error) {
	cols := make([]column.Column, len(es))
	for i, e := range es {
		c, err := e.raw(b)
		if err != nil {
			return nil, err
		}
		cols[i] = c
	}
	return cols, nil
}

// evalAll evaluates all of es over b, in any form but Lazy.
func evalAll(es []*evaluator, b *column.Batch) ([]column.Column, error) {
	cols := make([]column.Column, len(es))
	for i, e := range es {
		c, err := e.eval(b)
		if err != nil {
			return nil, err
		}
		cols[i] = c
	}
	return cols, nil
}
