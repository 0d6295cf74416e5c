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
	if read := s.reads(); len(read) > 0 {
		in.then(in.schema, nil, func() (stage, error) { return &readColumns{read}, nil })
	}
	s.in = in.reader()
	return &flow{q: q, schema: n.Out, source: counted(s, q.statsOf(n))}, nil
}

// A scan keeps only what steps read of the records, not its input.
type scan struct {
	q      *query
	node   *plan.StepScan
	in     column.Reader
	layout scanLayout
	steps  []*scanStep
	lease  *lease
	ended  bool

	keys  []*evaluator // of PartitionBy
	group *grouper
	read  *keyReader

	prior *priorRows // nil if they are not known beforehand

	active  []int32      // match by partition and step; -1 for none
	next    []int64      // number of the next match by partition
	ids     []int64      // number of each match
	records []scanRecord // by match and step
	free    []int32      // matches that are over

	b     *column.Batch // being read
	at    int           // the row that is being matched
	match int32         // the match that it is checked against; -1 for none
	out   scanOutput
	cols  []column.Column // scratch of rowReader
}

// A scanLayout says where the columns of a record are.
type scanLayout struct {
	width    int             // of the input
	record   int             // of a record: the input's columns and the declared ones
	own      []int           // columns of a record that may differ from the input's
	defaults []column.Column // of the declared columns, a row each
	nulls    []column.Column // of the input's, a row each
}

// missing returns the value of a column of a record that there is not.
func (l *scanLayout) missing(at int) column.Column {
	if at >= l.width {
		return l.defaults[at-l.width]
	}
	return l.nulls[at]
}

func (q *query) newScan(n *plan.StepScan) (*scan, error) {
	s := &scan{q: q, node: n, lease: q.lease("Scan")}
	if err := s.lay(); err != nil {
		return nil, err
	}
	for _, st := range n.Steps {
		s.steps = append(s.steps, &scanStep{output: st.Output, keepers: make([]keeper, s.layout.record)})
	}
	if s.knowsPrior() {
		s.prior = &priorRows{}
	}
	for k, st := range s.steps {
		s.compileStep(st, n.Steps[k])
		if st.output == plan.ScanNone {
			continue
		}
		for _, c := range s.layout.own {
			s.keeper(k, c)
		}
	}
	for _, st := range s.steps {
		s.saveRecords(st)
	}
	s.keys = newCompiler(q).all(n.PartitionBy)
	keyTypes := make([]types.Type, len(s.keys))
	for i, k := range n.PartitionBy {
		keyTypes[i] = k.Type()
	}
	s.group = newGrouper(keyTypes)
	s.read = newKeyReader(s.group, false)
	s.read.again = true
	s.cols = make([]column.Column, s.layout.record*(1+len(s.steps)))
	s.out.reset(s)
	return s, nil
}

// reads returns the columns of the input that are looked at in every row: the workers
// read them ahead.
func (s *scan) reads() map[int]bool {
	out := map[int]bool{}
	add := func(e plan.Expr) {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if c, ok := e.(*plan.Column); ok && c.Index%s.layout.record < s.layout.width {
				out[c.Index%s.layout.record] = true
			}
			return true
		})
	}
	for _, e := range s.node.PartitionBy {
		add(e)
	}
	for _, st := range s.node.Steps {
		if _, always := st.Cond.(*plan.Literal); !always {
			add(st.Cond)
			continue
		}
		for _, a := range st.Assigns {
			add(a.Expr)
		}
	}
	return out
}

func (s *scan) lay() error {
	l := &s.layout
	in := s.node.Input.Schema()
	l.width = in.Len()
	l.record = l.width + len(s.node.Defaults)
	own := make([]bool, l.record)
	for _, st := range s.node.Steps {
		for _, a := range st.Assigns {
			own[a.To] = true
		}
	}
	for i := range own {
		if own[i] || i >= l.width {
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
	s.active, s.records, s.b = nil, nil, nil
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
		if len(s.out.rows) > 0 {
			return s.out.take(s)
		}
	}
	return nil, io.EOF
}

// finish puts out what steps with output=last have kept.
func (s *scan) finish() (*column.Batch, error) {
	for i, m := range s.active {
		if m >= 0 {
			if err := s.last(m, i%len(s.steps)); err != nil {
				return nil, err
			}
		}
	}
	s.active, s.records = nil, nil
	if len(s.out.rows) == 0 {
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
	for len(s.next) < s.group.len() {
		s.next = append(s.next, 0)
		for range s.steps {
			s.active = append(s.active, -1)
		}
	}
	for _, st := range s.steps {
		if err := st.load(b); err != nil {
			return err
		}
	}
	if s.prior != nil {
		err = s.enterKnown(ctx, groups)
	} else {
		err = s.rows(ctx, groups)
	}
	if err != nil {
		return err
	}
	return s.lease.set(s.size())
}

// rows checks all rows of the batch, which are of the partitions given.
func (s *scan) rows(ctx context.Context, partitions []uint32) error {
	for i, g := range partitions {
		if i&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		s.at = i
		if err := s.row(int(g)); err != nil {
			return err
		}
	}
	return nil
}

// size returns the bytes that the state takes, roughly.
func (s *scan) size() int64 {
	n := s.group.size() + int64(4*cap(s.active)+8*cap(s.next)+8*cap(s.ids)+24*cap(s.records)+4*cap(s.free))
	for _, st := range s.steps {
		for _, k := range st.keepers {
			if k != nil {
				n += k.size()
			}
		}
	}
	return n
}
