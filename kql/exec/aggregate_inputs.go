package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// inputs returns all expressions over the input: the keys, then for each
// aggregate its arguments or what its pick reads. Constant arguments are among
// them.
func (a *aggregation) inputs() []plan.Expr {
	out := append([]plan.Expr(nil), a.node.Keys...)
	for _, g := range a.node.Aggs {
		if g.Pick == nil {
			out = append(out, g.Args...)
			continue
		}
		if g.Pick.By != nil {
			out = append(out, g.Pick.By)
		}
		out = append(out, g.Pick.Cols...)
	}
	return out
}

// evaluated returns the flow of the inputs' values, in order, without stages.
// What an aggregate folds is read here, by all workers.
func (a *aggregation) evaluated(in *flow) *flow {
	exprs := a.inputs()
	schema := types.Schema{Columns: make([]types.Column, len(exprs))}
	for i, e := range exprs {
		schema.Columns[i].Type = e.Type()
	}
	picked := a.picked()
	in.then(schema, nil, func() (stage, error) {
		return &aggInputs{exprs: newLastCompiler(a.q).all(exprs), picked: picked}, nil
	})
	a.node = a.overInputs()
	return &flow{q: a.q, schema: schema, source: in.reader(), single: in.single}
}

// overInputs returns the node as it reads the values of its inputs.
func (a *aggregation) overInputs() *plan.Aggregate {
	b := *a.node
	next := 0
	take := func(es []plan.Expr) []plan.Expr {
		out := make([]plan.Expr, len(es))
		for i, e := range es {
			out[i] = e
			if _, isConst := e.(*plan.Literal); !isConst {
				out[i] = &plan.Column{Index: next, Typ: e.Type()}
			}
			next++
		}
		return out
	}
	b.Keys = take(b.Keys)
	b.Aggs = make([]plan.Agg, len(a.node.Aggs))
	for i, g := range a.node.Aggs {
		if g.Pick == nil {
			g.Args = take(g.Args)
		} else {
			p := *g.Pick
			if p.By != nil {
				p.By = take([]plan.Expr{p.By})[0]
			}
			p.Cols = take(p.Cols)
			g.Pick = &p
		}
		b.Aggs[i] = g
	}
	return &b
}

// picked says which of the inputs are values that a pick takes: they stay Lazy.
func (a *aggregation) picked() []bool {
	out := make([]bool, len(a.node.Keys))
	for _, g := range a.node.Aggs {
		if g.Pick == nil {
			out = append(out, make([]bool, len(g.Args))...)
			continue
		}
		if g.Pick.By != nil {
			out = append(out, false)
		}
		for range g.Pick.Cols {
			out = append(out, true)
		}
	}
	return out
}

type aggInputs struct {
	exprs  []*evaluator
	picked []bool
}

func (s *aggInputs) apply(b *column.Batch, emit func(*column.Batch) error) error {
	cols := make([]column.Column, len(s.exprs))
	for i, e := range s.exprs {
		c, err := e.raw(b)
		if err == nil && !s.picked[i] {
			c, err = column.Force(c)
		}
		if err != nil {
			return err
		}
		cols[i] = c
	}
	return emit(column.NewBatch(b.Len(), cols))
}
