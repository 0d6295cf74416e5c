package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// segHole is the rows that the subquery is given.
type segHole struct{}

func (segHole) run(in segments) (segments, error) { return in, nil }

type segFilter struct {
	in   segOp
	cond *selector
}

func (o *segFilter) run(in segments) (segments, error) {
	in, err := o.in.run(in)
	if err != nil || in.b.Len() == 0 {
		return in, err
	}
	kept, err := o.cond.rows(in.b)
	if err != nil || kept.all {
		return in, err
	}
	return in.gather(kept.rows), nil
}

// segProject computes columns; window functions see one segment at a time.
type segProject struct {
	in     segOp
	exprs  []*evaluator
	window []bool
	out    types.Schema
}

func (o *segProject) run(in segments) (segments, error) {
	in, err := o.in.run(in)
	if err != nil {
		return in, err
	}
	if in.b.Len() == 0 {
		in.b = emptyBatch(o.out)
		return in, nil
	}
	cols := make([]column.Column, len(o.exprs))
	for i, e := range o.exprs {
		if o.window[i] {
			cols[i], err = eachSegment(in, e)
		} else {
			cols[i], err = e.raw(in.b)
		}
		if err != nil {
			return in, err
		}
	}
	in.b = column.NewBatch(in.b.Len(), cols)
	return in, nil
}

func eachSegment(in segments, e *evaluator) (column.Column, error) {
	var parts []column.Column
	err := in.ranges(func(_, from, to int) error {
		if from == to {
			return nil
		}
		c, err := e.eval(in.b.Slice(from, to))
		parts = append(parts, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return concat(parts)
}

// segAggregate groups within each segment. Without keys every segment is one
// group, also one without rows.
type segAggregate struct {
	q    *query
	in   segOp
	node *plan.Aggregate
}

func (o *segAggregate) run(in segments) (segments, error) {
	in, err := o.in.run(in)
	if err != nil {
		return in, err
	}
	s, err := (&aggregation{q: o.q, node: o.node}).state()
	if err != nil {
		return in, err
	}
	defer s.lease.release()
	groups, total := in.seg, in.n
	var group *grouper
	if !s.bare {
		keys, err := evalAll(s.keys, in.b)
		if err != nil {
			return in, err
		}
		typs := []types.Type{types.Long}
		for _, k := range keys {
			typs = append(typs, k.Type())
		}
		group = newGrouper(typs)
		groups = newKeyReader(group, false).groups(append([]column.Column{in.column()}, keys...), in.b.Len())
		total = group.len()
	}
	if in.b.Len() > 0 {
		for _, a := range s.aggs {
			if err := a.update(0, in.b, groups, total); err != nil {
				return in, err
			}
		}
	}
	if err := s.lease.set(s.size()); err != nil {
		return in, err
	}
	return o.result(s.aggs, group, in.n, total)
}

func (o *segAggregate) result(aggs []aggregator, group *grouper, n, total int) (segments, error) {
	out := segments{seg: make([]uint32, total), n: n}
	var cols []column.Column
	if group == nil {
		for i := range out.seg {
			out.seg[i] = uint32(i)
		}
	} else {
		keys := group.keys()
		v := column.ViewOf[int64](keys[0])
		for i := range out.seg {
			out.seg[i] = uint32(v.At(i))
		}
		cols = keys[1:]
	}
	for _, a := range aggs {
		c, err := a.result(total)
		if err != nil {
			return out, err
		}
		cols = append(cols, c...)
	}
	out.b = column.NewBatch(total, cols)
	return out, nil
}

type segSort struct {
	in    segOp
	keys  []plan.SortKey
	exprs []*evaluator
}

func (o *segSort) run(in segments) (segments, error) {
	in, err := o.in.run(in)
	if err != nil || in.b.Len() == 0 {
		return in, err
	}
	cols, err := evalAll(o.exprs, in.b)
	if err != nil {
		return in, err
	}
	by := append([]sortColumn{in.words()}, sortColumns(o.keys, cols)...)
	if rows := order(by, in.b.Len()); rows != nil {
		return in.gather(rows), nil
	}
	return in, nil
}

// words is the order of the segments.
func (s segments) words() sortColumn {
	words := make([]uint64, len(s.seg))
	for i, g := range s.seg {
		words[i] = uint64(g)
	}
	return sortColumn{words: words}
}

// segTake keeps the first rows of each segment.
type segTake struct {
	in    segOp
	limit int
}

func (o *segTake) run(in segments) (segments, error) {
	in, err := o.in.run(in)
	if err != nil {
		return in, err
	}
	rows := make([]uint32, 0, len(in.seg))
	taken := 0
	for i, g := range in.seg {
		if i > 0 && g != in.seg[i-1] {
			taken = 0
		}
		if taken < o.limit {
			rows = append(rows, uint32(i))
		}
		taken++
	}
	if len(rows) == len(in.seg) {
		return in, nil
	}
	return in.gather(rows), nil
}

// segUnion yields the rows of its parts, within each segment one part after the
// other.
type segUnion struct {
	in  []segOp
	out types.Schema
}

func (o *segUnion) run(in segments) (segments, error) {
	all := &stack{schema: o.out}
	out := segments{n: in.n}
	for _, op := range o.in {
		part, err := op.run(in)
		if err != nil {
			return in, err
		}
		if part.b.Len() == 0 {
			continue
		}
		if err := all.add(part.b); err != nil {
			return in, err
		}
		out.seg = append(out.seg, part.seg...)
	}
	if all.n == 0 {
		out.b = emptyBatch(o.out)
		return out, nil
	}
	out.b = all.batch()
	if rows := order([]sortColumn{out.words()}, all.n); rows != nil {
		return out.gather(rows), nil
	}
	return out, nil
}
