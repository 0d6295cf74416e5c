package exec

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A subquery over many small tables (mv-apply, partition) runs over all of them
// at once: the tables lie one behind the other in one batch, as segments, and
// every operator keeps them apart. So what the subquery costs does not depend on
// how many tables there are. An operator that cannot work that way runs once for
// each segment; see segEach.

// segments is the rows of several tables, one table behind the other.
type segments struct {
	b   *column.Batch
	seg []uint32 // of each row, ascending
	n   int      // how many there are; some may have no rows
}

// ranges calls f for each segment with its rows, from up to, not including, to.
func (s segments) ranges(f func(seg, from, to int) error) error {
	at := 0
	for i := range s.n {
		from := at
		for at < len(s.seg) && s.seg[at] == uint32(i) {
			at++
		}
		if err := f(i, from, at); err != nil {
			return err
		}
	}
	return nil
}

// gather returns the rows given, which are ascending in their segments.
func (s segments) gather(rows []uint32) segments {
	seg := make([]uint32, len(rows))
	for i, r := range rows {
		seg[i] = s.seg[r]
	}
	return segments{b: s.b.Gather(rows), seg: seg, n: s.n}
}

// column returns the segment of each row as a column.
func (s segments) column() column.Column {
	vals := make([]int64, len(s.seg))
	for i, g := range s.seg {
		vals[i] = int64(g)
	}
	return column.NewVec(types.Long, vals, nil)
}

// A segOp is an operator of a subquery. It is for one goroutine.
type segOp interface {
	// run returns what the operator makes of each segment of in, which are the
	// rows that the subquery is given. in.n segments come out.
	run(in segments) (segments, error)
}

// A segQuery is a subquery ready to be compiled, by each worker for itself.
type segQuery struct {
	q     *query
	hole  *plan.Hole
	sub   plan.Node
	fixed map[plan.Node]*fixedRows
	inner map[plan.Node]*segQuery // subqueries of operators inside this one
	whole bool                    // runs segment by segment
}

// newSegQuery prepares sub, which reads its rows where hole stands.
func (q *query) newSegQuery(sub plan.Node, hole *plan.Hole) (*segQuery, error) {
	s := &segQuery{q: q, hole: hole, fixed: map[plan.Node]*fixedRows{}, inner: map[plan.Node]*segQuery{}}
	if bindsInside(sub, hole) || hasGraph(sub) {
		s.sub, s.whole = sub, true
		return s, nil
	}
	var err error
	s.sub, err = s.prepare(sub)
	return s, err
}

// prepare replaces the subqueries in the expressions of n and what is below it,
// and notes the parts that do not depend on the hole.
func (s *segQuery) prepare(n plan.Node) (plan.Node, error) {
	if !dependsOn(n, s.hole) {
		s.fixed[n] = &fixedRows{q: s.q, node: n}
		return n, nil
	}
	in := n.Inputs()
	out := make([]plan.Node, len(in))
	copy(out, in)
	count := len(in)
	_, isApply := n.(*plan.MvApply)
	_, isPartition := n.(*plan.Partition)
	if isApply || isPartition {
		count = 1 // the other is a subquery of its own
	}
	for i := range count {
		p, err := s.prepare(in[i])
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	if len(in) > 0 {
		n = n.WithInputs(out)
	}
	n, err := s.q.resolve(n)
	if err != nil {
		return nil, err
	}
	if len(in) > 0 {
		n = n.WithInputs(out) // not those that resolve has narrowed: s knows these
	}
	switch x := n.(type) {
	case *plan.MvApply:
		s.inner[n], err = s.q.newSegQuery(x.Sub, x.Hole)
	case *plan.Partition:
		s.inner[n], err = s.q.newSegQuery(x.Sub, x.Hole)
	}
	return n, err
}

// compile returns the operators of the subquery for one worker.
func (s *segQuery) compile() (segOp, error) {
	if s.whole {
		return &segWhole{s}, nil
	}
	return s.op(s.sub)
}

func (s *segQuery) op(n plan.Node) (segOp, error) {
	if f := s.fixed[n]; f != nil {
		return &segFixed{f}, nil
	}
	if n == plan.Node(s.hole) {
		return segHole{}, nil
	}
	var ops []segOp
	for i, in := range n.Inputs() {
		if s.inner[n] != nil && i > 0 {
			break
		}
		op, err := s.op(in)
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
	}
	op, err := s.one(n, ops)
	if op == nil && err == nil {
		op = &segEach{s: s, node: n, in: ops}
	}
	return op, err
}

// one returns the operator of n over what ops yield; nil if it has none that
// keeps segments apart.
func (s *segQuery) one(n plan.Node, ops []segOp) (segOp, error) {
	c := newCompiler(s.q)
	switch n := n.(type) {
	case *plan.Serialize:
		return ops[0], nil
	case *plan.Filter:
		if plan.HasWindow(n.Cond) {
			return nil, nil
		}
		return &segFilter{in: ops[0], cond: c.selector(n.Cond)}, nil
	case *plan.Project:
		p := &segProject{in: ops[0], exprs: c.all(n.Exprs), out: n.Out}
		for _, e := range n.Exprs {
			p.window = append(p.window, plan.HasWindow(e))
		}
		return p, nil
	case *plan.Aggregate:
		return &segAggregate{q: s.q, in: ops[0], node: n}, nil
	case *plan.Sort:
		return s.sort(c, ops[0], n.Keys), nil
	case *plan.Top:
		limit, err := s.q.rowCount(n.N)
		return &segTake{in: s.sort(c, ops[0], n.Keys), limit: limit}, err
	case *plan.Take:
		limit, err := s.q.rowCount(n.N)
		return &segTake{in: ops[0], limit: limit}, err
	case *plan.Union:
		return &segUnion{in: ops, out: n.Out}, nil
	case *plan.MvApply:
		return s.apply(n, ops[0])
	case *plan.Partition:
		return s.partition(c, n, ops[0])
	case *plan.MvExpand, *plan.Parse, *plan.ParseKv:
		return s.stage(n, ops[0])
	}
	return nil, nil
}

func (s *segQuery) sort(c *compiler, in segOp, keys []plan.SortKey) segOp {
	out := &segSort{in: in, keys: keys}
	for _, k := range keys {
		out.exprs = append(out.exprs, c.compile(k.Expr))
	}
	return out
}

// dependsOn reports whether n reads the rows of hole.
func dependsOn(n plan.Node, hole *plan.Hole) bool {
	if n == plan.Node(hole) || bindsInside(n, hole) {
		return true
	}
	for _, in := range n.Inputs() {
		if dependsOn(in, hole) {
			return true
		}
	}
	return false
}

// hasGraph reports whether a graph is part of n: it has no rows to keep apart.
func hasGraph(n plan.Node) bool {
	if _, ok := n.(*plan.MakeGraph); ok {
		return true
	}
	return slices.ContainsFunc(n.Inputs(), hasGraph)
}

// bindsInside reports whether a scalar subquery or a shared result within n reads
// the rows of hole: its value is then another one for each table.
func bindsInside(n plan.Node, hole *plan.Hole) bool {
	if s, ok := n.(*plan.Shared); ok {
		return dependsOn(s.Def.Plan, hole)
	}
	found := false
	for _, e := range plan.Exprs(n) {
		found = found || plan.HasPart(e, func(e plan.Expr) bool {
			s, ok := e.(*plan.Subquery)
			return ok && dependsOn(s.Plan, hole)
		})
	}
	for _, in := range n.Inputs() {
		found = found || bindsInside(in, hole)
	}
	return found
}
