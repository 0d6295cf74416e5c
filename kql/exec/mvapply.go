package exec

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func (q *query) buildMvApply(n *plan.MvApply) (*flow, error) {
	s, err := q.newSegQuery(n.Sub, n.Hole)
	if err != nil {
		return nil, err
	}
	in, err := q.build(n.Expand.Input)
	if err != nil {
		return nil, err
	}
	return in.then(n.Out, q.statsOf(n), func() (stage, error) { return newMvApply(s, n) }), nil
}

// mvApply runs a subquery over the elements of each row: a segment for each.
//
// Source: the Kusto documentation, "mv-apply operator".
type mvApply struct {
	q     *query
	node  *plan.MvApply
	cols  []*evaluator
	limit int
	sub   segOp
}

func newMvApply(s *segQuery, n *plan.MvApply) (*mvApply, error) {
	sub, err := s.compile()
	if err != nil {
		return nil, err
	}
	m := &mvApply{q: s.q, node: n, sub: sub, limit: math.MaxInt32}
	if n.Expand.Limit > 0 {
		m.limit = int(min(n.Expand.Limit, math.MaxInt32))
	}
	c := newCompiler(s.q)
	for _, x := range n.Expand.Cols {
		m.cols = append(m.cols, c.compile(x.Expr))
	}
	return m, nil
}

func (m *mvApply) apply(b *column.Batch, emit func(*column.Batch) error) error {
	return m.each(b, func(out segments, first int) error {
		if out.b.Len() == 0 {
			return nil
		}
		return emit(m.output(b, out, first))
	})
}

// each calls f with what the subquery yields for the rows of b, some rows at a
// time; segment 0 is then row first.
func (m *mvApply) each(b *column.Batch, f func(out segments, first int) error) error {
	views := make([]column.View[dynamic.Value], len(m.cols))
	for i, e := range m.cols {
		c, err := e.eval(b)
		if err != nil {
			return err
		}
		views[i] = column.ViewOf[dynamic.Value](c)
	}
	counts := make([]int, b.Len())
	for i := range counts {
		for j := range views {
			counts[i] = max(counts[i], applied(views[j].At(i)))
		}
		counts[i] = min(counts[i], m.limit)
	}
	for from := 0; from < len(counts); {
		to, rows := from, 0
		for to < len(counts) && (to == from || rows+counts[to] <= 2*m.q.BatchRows) {
			rows += counts[to]
			to++
		}
		if err := m.q.ctx.Err(); err != nil {
			return err
		}
		out, err := m.sub.run(m.expand(b, views, counts, from, to, rows))
		if err != nil {
			return err
		}
		if err := f(out, from); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// applied returns the number of rows that the subquery sees of v.
func applied(v dynamic.Value) int {
	if v.IsNull() {
		return 0
	}
	return int(elements(v))
}

// expand makes a segment of each row from up to to; n is the number of their
// elements.
func (m *mvApply) expand(b *column.Batch, views []column.View[dynamic.Value], counts []int, from, to, n int) segments {
	x := m.node.Expand
	rows := make([]uint32, 0, n)
	out := segments{n: to - from, seg: make([]uint32, 0, n)}
	index := make([]int64, 0, n)
	for i := from; i < to; i++ {
		for k := range counts[i] {
			rows = append(rows, uint32(i))
			out.seg = append(out.seg, uint32(i-from))
			index = append(index, int64(k))
		}
	}
	cols := make([]column.Column, x.Out.Len())
	for j, c := range x.Cols {
		t := x.Out.Columns[c.To].Type
		vals := column.NewBuilder(t, n)
		for i := from; i < to; i++ {
			v := views[j].At(i)
			for k := range counts[i] {
				appendDynamic(vals, t, element(v, k, x.BagArrays))
			}
		}
		cols[c.To] = vals.Finish()
	}
	if x.ItemIndex {
		cols[len(cols)-1] = column.NewVec(types.Long, index, nil)
	}
	for i := range b.Width() {
		if cols[i] == nil {
			cols[i] = column.Gather(b.Raw(i), rows)
		}
	}
	out.b = column.NewBatch(n, cols)
	return out
}

// output puts columns of the input beside those of the subquery.
func (m *mvApply) output(b *column.Batch, out segments, first int) *column.Batch {
	rows := make([]uint32, len(out.seg))
	for i, g := range out.seg {
		rows[i] = uint32(first) + g
	}
	cols := make([]column.Column, len(m.node.Cols))
	for i, c := range m.node.Cols {
		if c.FromSub {
			cols[i] = out.b.Raw(c.Index)
		} else {
			cols[i] = column.Gather(b.Raw(c.Index), rows)
		}
	}
	return column.NewBatch(out.b.Len(), cols)
}

// segApply is an mv-apply within a subquery.
type segApply struct {
	in    segOp
	apply *mvApply
}

func (s *segQuery) apply(n *plan.MvApply, in segOp) (segOp, error) {
	m, err := newMvApply(s.inner[n], n)
	return &segApply{in: in, apply: m}, err
}

func (o *segApply) run(in segments) (segments, error) {
	in, err := o.in.run(in)
	if err != nil {
		return in, err
	}
	all := &stack{schema: o.apply.node.Out}
	res := segments{n: in.n, b: emptyBatch(all.schema)}
	if in.b.Len() == 0 {
		return res, nil
	}
	err = o.apply.each(in.b, func(out segments, first int) error {
		if out.b.Len() == 0 {
			return nil
		}
		for _, g := range out.seg {
			res.seg = append(res.seg, in.seg[uint32(first)+g])
		}
		return all.add(o.apply.output(in.b, out, first))
	})
	if err == nil && all.n > 0 {
		res.b = all.batch()
	}
	return res, err
}
