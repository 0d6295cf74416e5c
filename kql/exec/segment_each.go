package exec

import (
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// segEach runs one operator for each segment on its own, over what the operators
// below it have made of all segments.
type segEach struct {
	s    *segQuery
	node plan.Node
	in   []segOp
}

func (o *segEach) run(in segments) (segments, error) {
	parts := make([]segments, len(o.in))
	starts := make([][]int, len(o.in))
	for i, op := range o.in {
		if f, ok := op.(*segFixed); ok {
			if _, err := f.rows.read(); err != nil {
				return in, err
			}
			continue
		}
		p, err := op.run(in)
		if err != nil {
			return in, err
		}
		parts[i] = p
		_ = p.ranges(func(_, from, _ int) error {
			starts[i] = append(starts[i], from)
			return nil
		})
		starts[i] = append(starts[i], p.b.Len())
	}
	return o.s.each(o.node.Schema(), in.n, func(seg int) plan.Node {
		inputs := make([]plan.Node, len(parts))
		for i, below := range o.node.Inputs() {
			if f, ok := o.in[i].(*segFixed); ok {
				inputs[i] = f.rows.values()
				continue
			}
			inputs[i] = valuesOf(below.Schema(), parts[i].b.Slice(starts[i][seg], starts[i][seg+1]))
		}
		return o.node.WithInputs(inputs)
	})
}

func valuesOf(s types.Schema, b *column.Batch) *plan.Values {
	v := &plan.Values{Out: s}
	if b.Len() > 0 {
		v.Batches = []*column.Batch{b}
	}
	return v
}

// each runs the plan that make returns for each of n segments.
func (s *segQuery) each(out types.Schema, n int, make func(seg int) plan.Node) (segments, error) {
	all := &stack{schema: out}
	res := segments{n: n, b: emptyBatch(out)}
	for i := range n {
		rows, err := s.q.alone(make(i))
		if err != nil {
			return res, err
		}
		for _, b := range rows.batches {
			if err := all.add(b); err != nil {
				return res, err
			}
			for range b.Len() {
				res.seg = append(res.seg, uint32(i))
			}
		}
	}
	if all.n > 0 {
		res.b = all.batch()
	}
	return res, nil
}

// alone runs n in this goroutine, apart from the results that the query shares.
func (q *query) alone(n plan.Node) (*stack, error) {
	o := q.Options
	o.Workers, o.Stats = 1, nil
	sub := newQuery(q.ctx, o)
	defer sub.cancel()
	sub.mem, sub.env.Rand = q.mem, q.env.Rand
	r, err := sub.open(n)
	if err != nil {
		return nil, err
	}
	l := q.lease("Partition")
	defer l.release()
	return collect(sub.ctx, r, l)
}

// segWhole runs the whole subquery for each segment: one of its scalar subqueries
// or shared results depends on the segment.
type segWhole struct{ s *segQuery }

func (o *segWhole) run(in segments) (segments, error) {
	var starts []int
	_ = in.ranges(func(_, from, _ int) error {
		starts = append(starts, from)
		return nil
	})
	starts = append(starts, in.b.Len())
	return o.s.each(o.s.sub.Schema(), in.n, func(seg int) plan.Node {
		rows := valuesOf(o.s.hole.Out, in.b.Slice(starts[seg], starts[seg+1]))
		f := &filler{hole: o.s.hole, rows: rows, defs: map[*plan.SharedDef]*plan.SharedDef{}}
		return f.node(o.s.sub)
	})
}

// A filler copies a plan with rows in the place of a hole.
type filler struct {
	hole *plan.Hole
	rows plan.Node
	defs map[*plan.SharedDef]*plan.SharedDef
}

func (f *filler) node(n plan.Node) plan.Node {
	if n == plan.Node(f.hole) {
		return f.rows
	}
	if s, ok := n.(*plan.Shared); ok {
		if !dependsOn(s.Def.Plan, f.hole) {
			return n
		}
		if f.defs[s.Def] == nil {
			d := &plan.SharedDef{Name: s.Def.Name}
			f.defs[s.Def] = d
			d.Plan = f.node(s.Def.Plan)
		}
		return &plan.Shared{Def: f.defs[s.Def]}
	}
	if in := n.Inputs(); len(in) > 0 {
		out := make([]plan.Node, len(in))
		for i, c := range in {
			out[i] = f.node(c)
		}
		n = n.WithInputs(out)
	}
	return plan.RewriteExprs(n, func(e plan.Expr) plan.Expr {
		return plan.Rewrite(e, func(e plan.Expr) plan.Expr {
			s, ok := e.(*plan.Subquery)
			if !ok || !dependsOn(s.Plan, f.hole) {
				return e
			}
			c := *s
			c.Plan = f.node(s.Plan)
			return &c
		})
	})
}

// fixedRows is a part of a subquery that is the same for every segment. It runs
// once, for all workers.
type fixedRows struct {
	q    *query
	node plan.Node
	once sync.Once
	rows *stack
	err  error
}

func (f *fixedRows) read() (*stack, error) {
	f.once.Do(func() {
		flow, err := f.q.build(f.node)
		if err != nil {
			f.err = err
			return
		}
		f.rows, f.err = collect(f.q.ctx, flow.reader(), f.q.lease("Partition"))
	})
	return f.rows, f.err
}

// values returns the rows as a plan; read has returned no error.
func (f *fixedRows) values() plan.Node {
	return &plan.Values{Out: f.node.Schema(), Batches: f.rows.batches}
}

// segFixed yields fixed rows in every segment.
type segFixed struct{ rows *fixedRows }

func (o *segFixed) run(in segments) (segments, error) {
	rows, err := o.rows.read()
	if err != nil {
		return in, err
	}
	out := segments{n: in.n, b: emptyBatch(rows.schema)}
	if rows.n == 0 {
		return out, nil
	}
	picked := make([]uint32, 0, rows.n*in.n)
	for i := range in.n {
		for r := range rows.n {
			picked = append(picked, uint32(r))
			out.seg = append(out.seg, uint32(i))
		}
	}
	out.b = rows.batch().Gather(picked)
	return out, nil
}
