package exec

import (
	"context"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// buildScan matches rows against steps, in order and in one goroutine; what is
// below runs on all workers.
//
// Source: the Kusto documentation, "scan operator".
func (q *query) buildScan(n *plan.StepScan) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	s, err := q.newScan(n)
	if err != nil {
		in.source.Close()
		return nil, err
	}
	s.in = in.reader()
	return &flow{q: q, schema: n.Out, source: counted(s, q.statsOf(n))}, nil
}

// A scan keeps only the records that steps refer to, not its input.
type scan struct {
	q      *query
	node   *plan.StepScan
	in     column.Reader
	layout scanLayout
	steps  []*scanStep
	lease  *lease
	ended  bool

	keys   []*evaluator // of PartitionBy
	group  *grouper
	read   *keyReader
	states []*scanState // by partition

	b    *column.Batch // being read
	out  scanOutput
	cols []column.Column // scratch of eval
}

// A scanLayout says where the columns of a record are.
type scanLayout struct {
	width    int             // of the input
	record   int             // of a record: the input's columns and the declared ones
	own      []int           // columns of a record that may differ from the input's
	ownAt    []int           // of each column the position in own, or -1
	defaults []column.Column // of the declared columns, a row each
	nulls    []column.Column // of the input's, a row each
}

// scanState is the matches of one partition.
type scanState struct {
	active []*scanMatch // by step; nil for none
	next   int64        // number of the next match
}

// A scanMatch is a sequence of records that has reached a step.
type scanMatch struct {
	id      int64
	records []*scanRecord // by step; nil where it has none
}

// A scanRecord is a row with the values that steps have assigned.
type scanRecord struct {
	b   *column.Batch
	row int
	own []column.Column // a row each
}

func (q *query) newScan(n *plan.StepScan) (*scan, error) {
	s := &scan{q: q, node: n, lease: q.lease("Scan")}
	if err := s.lay(); err != nil {
		return nil, err
	}
	for _, st := range n.Steps {
		s.steps = append(s.steps, s.compileStep(st))
	}
	s.keys = newCompiler(q).all(n.PartitionBy)
	keyTypes := make([]types.Type, len(s.keys))
	for i, k := range n.PartitionBy {
		keyTypes[i] = k.Type()
	}
	s.group = newGrouper(keyTypes)
	s.read = newKeyReader(s.group, false)
	s.cols = make([]column.Column, s.layout.record*(1+len(s.steps)))
	s.out.reset(s)
	return s, nil
}

func (s *scan) lay() error {
	l := &s.layout
	in := s.node.Input.Schema()
	l.width = in.Len()
	l.record = l.width + len(s.node.Defaults)
	l.ownAt = make([]int, l.record)
	own := make([]bool, l.record)
	for _, st := range s.node.Steps {
		for _, a := range st.Assigns {
			own[a.To] = true
		}
	}
	for i := range l.ownAt {
		l.ownAt[i] = -1
		if own[i] || i >= l.width {
			l.ownAt[i] = len(l.own)
			l.own = append(l.own, i)
		}
	}
	for _, c := range in.Columns {
		l.nulls = append(l.nulls, column.NullConst(c.Type, 1).One)
	}
	for _, d := range s.node.Defaults {
		v, err := s.q.constant(d)
		if err != nil {
			return err
		}
		l.defaults = append(l.defaults, v)
	}
	return nil
}

func (s *scan) Schema() types.Schema { return s.node.Out }

func (s *scan) Close() error {
	s.ended = true
	s.states, s.b = nil, nil
	s.lease.release()
	return s.in.Close()
}

func (s *scan) Next(ctx context.Context) (*column.Batch, error) {
	for !s.ended {
		b, err := s.in.Next(ctx)
		if err == io.EOF {
			s.ended = true
			return s.finish()
		}
		if err != nil {
			return nil, err
		}
		if b.Len() == 0 {
			continue
		}
		if err := s.consume(ctx, b); err != nil {
			return nil, err
		}
		if s.out.n > 0 {
			return s.out.take(s)
		}
	}
	return nil, io.EOF
}

// finish puts out what steps with output=last have kept.
func (s *scan) finish() (*column.Batch, error) {
	for _, st := range s.states {
		for k := range s.steps {
			if m := st.active[k]; m != nil {
				s.last(m, k)
			}
		}
	}
	s.states = nil
	if s.out.n == 0 {
		return nil, io.EOF
	}
	return s.out.take(s)
}

func (s *scan) consume(ctx context.Context, b *column.Batch) error {
	s.b = b
	keys, err := evalAll(s.keys, b)
	if err != nil {
		return err
	}
	groups := s.read.groups(keys, b.Len())
	for len(s.states) < s.group.len() {
		s.states = append(s.states, &scanState{active: make([]*scanMatch, len(s.steps))})
	}
	for _, st := range s.steps {
		if err := st.load(b); err != nil {
			return err
		}
	}
	for i := range b.Len() {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := s.row(s.states[groups[i]], i); err != nil {
			return err
		}
	}
	return s.lease.set(s.group.size() + int64(len(s.states)*(64+128*len(s.steps))))
}

// row checks row i against each step, the last one first.
func (s *scan) row(st *scanState, i int) error {
	for k := len(s.steps) - 1; k >= 0; k-- {
		if !s.steps[k].may(i) {
			continue
		}
		moved, start, err := s.advance(st, k, i)
		if err != nil {
			return err
		}
		if moved {
			continue
		}
		m := st.active[k]
		if m == nil && !start {
			continue
		}
		matches, err := s.matches(k, i, m)
		if err != nil {
			return err
		}
		if !matches {
			continue
		}
		if m == nil {
			m = &scanMatch{id: st.next, records: make([]*scanRecord, len(s.steps))}
		}
		if err := s.enter(st, m, k, i); err != nil {
			return err
		}
		if st.active[k] == nil {
			st.next++
		}
		st.active[k] = m
	}
	return nil
}

// advance moves a match from a step before k to k if row i lets it. Steps that
// are optional may be passed over; start says that all those before k are.
func (s *scan) advance(st *scanState, k, i int) (moved, start bool, err error) {
	for j := k - 1; j >= 0; j-- {
		if m := st.active[j]; m != nil {
			matches, err := s.matches(k, i, m)
			if err != nil {
				return false, false, err
			}
			if matches {
				if old := st.active[k]; old != nil {
					s.last(old, k)
				}
				s.last(m, j)
				if err := s.enter(st, m, k, i); err != nil {
					return false, false, err
				}
				st.active[j], st.active[k] = nil, m
				return true, false, nil
			}
		}
		if !s.node.Steps[j].Optional {
			return false, false, nil
		}
	}
	return false, true, nil
}

// enter makes row i, with the step's assignments, the record of step k in m.
func (s *scan) enter(st *scanState, m *scanMatch, k, i int) error {
	r := &scanRecord{b: s.b, row: i, own: make([]column.Column, len(s.layout.own))}
	for j, c := range s.layout.own {
		v, err := s.cell(c, i, m)
		if err != nil {
			return err
		}
		r.own[j] = v
	}
	for _, a := range s.steps[k].assigns {
		v, err := s.value(a.scanExpr, i, m)
		if err != nil {
			return err
		}
		r.own[s.layout.ownAt[a.to]] = v
	}
	m.records[k] = r
	if s.node.Steps[k].Output == plan.ScanAll {
		s.out.add(r, m.id)
	}
	return nil
}

// last puts out the record of step k, which m leaves.
func (s *scan) last(m *scanMatch, k int) {
	if s.node.Steps[k].Output == plan.ScanLast && m.records[k] != nil {
		s.out.add(m.records[k], m.id)
	}
}
