package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A scanStep is a step of a scan. What depends on the current row alone is
// computed for a batch at once; only the rest is computed row by row.
type scanStep struct {
	pass    *selector // conditions on the current row; nil if there are none
	passes  []bool    // of each row of the batch
	cond    *scanExpr // the other conditions; nil if there are none
	assigns []scanAssign
}

type scanAssign struct {
	to int
	*scanExpr
}

// A scanExpr is an expression over the current row and the records of a match.
type scanExpr struct {
	e     *evaluator
	reads []int // columns
	fixed bool  // reads the current row alone

	of  *column.Batch // whose values whole has, if fixed
	all column.Column
}

func (s *scan) compileStep(n plan.ScanStep) *scanStep {
	c := newCompiler(s.q)
	conds := []plan.Expr{n.Cond}
	if and, ok := n.Cond.(*plan.And); ok {
		conds = and.Args
	}
	var now, later []plan.Expr
	for _, e := range conds {
		e = s.withDefaults(e)
		if s.ofRow(e) && len(later) == 0 {
			now = append(now, e)
		} else {
			later = append(later, e)
		}
	}
	st := &scanStep{}
	if len(now) > 0 {
		st.pass = c.selector(&plan.And{Args: now})
	}
	if len(later) > 0 {
		st.cond = s.compileExpr(&plan.And{Args: later})
	}
	for _, a := range n.Assigns {
		st.assigns = append(st.assigns, scanAssign{to: a.To, scanExpr: s.compileExpr(s.withDefaults(a.Expr))})
	}
	return st
}

// withDefaults puts the defaults in the place of the declared columns of the
// current record.
func (s *scan) withDefaults(e plan.Expr) plan.Expr {
	return plan.Rewrite(e, func(e plan.Expr) plan.Expr {
		if c, ok := e.(*plan.Column); ok && c.Index >= s.layout.width && c.Index < s.layout.record {
			return &plan.Literal{Value: s.layout.defaults[c.Index-s.layout.width]}
		}
		return e
	})
}

// ofRow reports whether e reads only the current row.
func (s *scan) ofRow(e plan.Expr) bool {
	ok := true
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, isColumn := e.(*plan.Column); isColumn && c.Index >= s.layout.width {
			ok = false
		}
		return ok
	})
	return ok
}

func (s *scan) compileExpr(e plan.Expr) *scanExpr {
	x := &scanExpr{e: newCompiler(s.q).compile(e), fixed: s.ofRow(e)}
	set := map[int]bool{}
	x.e.columns(set)
	for c := range set {
		x.reads = append(x.reads, c)
	}
	return x
}

// load computes what depends on the rows of b alone.
func (st *scanStep) load(b *column.Batch) error {
	if st.pass == nil {
		return nil
	}
	kept, err := st.pass.rows(b)
	if err != nil {
		return err
	}
	st.passes = make([]bool, b.Len())
	if kept.all {
		for i := range st.passes {
			st.passes[i] = true
		}
		return nil
	}
	for _, r := range kept.rows {
		st.passes[r] = true
	}
	return nil
}

// may reports whether row i fulfils the conditions on the row alone.
func (st *scanStep) may(i int) bool { return st.pass == nil || st.passes[i] }

// matches reports whether row i, which may match step k, does so in the state m,
// which may be nil.
func (s *scan) matches(k, i int, m *scanMatch) (bool, error) {
	cond := s.steps[k].cond
	if cond == nil {
		return true, nil
	}
	v, err := s.value(cond, i, m)
	if err != nil {
		return false, err
	}
	return len(trueRows(v).rows) == 1 || trueRows(v).all, nil
}

// value computes x for row i of the batch in the state m as a column of one row.
func (s *scan) value(x *scanExpr, i int, m *scanMatch) (column.Column, error) {
	if x.fixed {
		if x.of != s.b {
			all, err := x.e.eval(s.b)
			if err != nil {
				return nil, err
			}
			x.of, x.all = s.b, all
		}
		return column.Flat(column.Slice(x.all, i, i+1)), nil
	}
	for _, c := range x.reads {
		v, err := s.cell(c, i, m)
		if err != nil {
			return nil, err
		}
		s.cols[c] = v
	}
	v, err := x.e.eval(column.NewBatch(1, s.cols))
	if err != nil {
		return nil, err
	}
	return column.Flat(v), nil
}

// cell returns column c of the row that expressions see, as a column of one row.
func (s *scan) cell(c, i int, m *scanMatch) (column.Column, error) {
	l := &s.layout
	block, at := c/l.record, c%l.record
	if block == 0 {
		if at >= l.width {
			return l.defaults[at-l.width], nil
		}
		return one(s.b, at, i)
	}
	if m == nil || m.records[block-1] == nil {
		if at >= l.width {
			return l.defaults[at-l.width], nil
		}
		return l.nulls[at], nil
	}
	r := m.records[block-1]
	if own := l.ownAt[at]; own >= 0 {
		return r.own[own], nil
	}
	return one(r.b, at, r.row)
}

// one returns a cell of b as a flat column of one row.
func one(b *column.Batch, col, row int) (column.Column, error) {
	c, err := b.Column(col)
	if err != nil {
		return nil, err
	}
	return column.Flat(column.Slice(c, row, row+1)), nil
}

// scanOutput is the records that go out next.
type scanOutput struct {
	n    int
	from *column.Batch // of rows
	rows []uint32
	all  *stack // what came before rows
	own  []column.Builder
	ids  []int64
}

func (o *scanOutput) reset(s *scan) {
	in := s.node.Input.Schema()
	*o = scanOutput{all: &stack{schema: in}}
	for _, c := range s.layout.own {
		o.own = append(o.own, column.NewBuilder(s.node.Out.Columns[c].Type, 0))
	}
}

func (o *scanOutput) add(r *scanRecord, id int64) {
	if o.from != r.b {
		o.flush()
		o.from = r.b
	}
	o.rows = append(o.rows, uint32(r.row))
	for j, v := range r.own {
		o.own[j].AppendFrom(v, 0)
	}
	o.ids = append(o.ids, id)
	o.n++
}

func (o *scanOutput) flush() {
	if len(o.rows) > 0 {
		// The rows are at most steps times those of a batch.
		_ = o.all.add(o.from.Gather(o.rows))
		o.rows = nil
	}
}

// take returns the records as a batch.
func (o *scanOutput) take(s *scan) (*column.Batch, error) {
	o.flush()
	in := o.all.batch()
	cols := make([]column.Column, s.node.Out.Len())
	for i := range in.Width() {
		cols[i] = in.Raw(i)
	}
	for j, c := range s.layout.own {
		cols[c] = o.own[j].Finish()
	}
	if s.node.MatchID {
		cols[len(cols)-1] = column.NewVec(types.Long, o.ids, nil)
	}
	b := column.NewBatch(o.n, cols)
	o.reset(s)
	return b, nil
}
