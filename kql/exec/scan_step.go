package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
)

// A scanStep is a step of a scan. Conditions on the current row alone are computed
// for a batch at once; only the rest is computed row by row.
type scanStep struct {
	pass    *selector // conditions on the current row; nil if there are none
	passes  []bool    // of each row of the batch
	cond    *scanExpr // the other conditions; nil if there are none
	holds   *function.CellOf[bool]
	assigns []scanExpr
	output  plan.ScanOutput

	keepers []keeper   // by column of a record; nil where nothing reads it
	sources []scanExpr // of what is kept and not assigned
	savers  []func(m int32)
	late    []func(m int32) // of sources, where only the last row of a batch is kept
	to      []int           // the column that each assignment sets
}

func (s *scan) compileStep(st *scanStep, n plan.ScanStep) {
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
	if len(now) > 0 {
		st.pass = c.selector(&plan.And{Args: now})
	}
	if len(later) > 0 {
		cond := s.compile(&plan.And{Args: later})
		st.cond = &cond
		st.holds, _ = cond.cell.(*function.CellOf[bool])
	}
	for _, a := range n.Assigns {
		e := s.withDefaults(a.Expr)
		x := scanExpr{}
		if s.ofRow(e) && isFickle(e) {
			x = s.overBatch(e)
		} else {
			x = s.compile(e)
		}
		st.assigns, st.to = append(st.assigns, x), append(st.to, a.To)
	}
}

// saveRecords prepares what step k keeps of a row that enters it, when the keepers
// of all steps are known.
func (s *scan) saveRecords(st *scanStep) {
	for at, k := range st.keepers {
		if k == nil {
			continue
		}
		var cell function.Cell
		for i, to := range st.to {
			if to == at {
				cell = st.assigns[i].cell // the last one, if a step sets a column twice
			}
		}
		if cell == nil && at >= s.layout.width {
			cell = constantCell(s.layout.defaults[at-s.layout.width])
		}
		if cell == nil {
			x := s.compileColumn(&plan.Column{Index: at, Typ: s.node.Out.Columns[at].Type})
			st.sources = append(st.sources, x)
			if s.prior != nil {
				st.late = append(st.late, k.saver(x.cell))
				continue
			}
			cell = x.cell
		}
		st.savers = append(st.savers, k.saver(cell))
	}
}

// keeper returns the keeper of a column of the records of a step.
func (s *scan) keeper(step, at int) keeper {
	k := &s.steps[step].keepers[at]
	if *k == nil {
		*k = newKeeper(s.node.Out.Columns[at].Type)
	}
	return *k
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
	return !plan.HasPart(e, func(e plan.Expr) bool {
		c, ok := e.(*plan.Column)
		return ok && c.Index >= s.layout.width
	})
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
	if cap(st.passes) < b.Len() {
		st.passes = make([]bool, b.Len())
	}
	st.passes = st.passes[:b.Len()]
	for i := range st.passes {
		st.passes[i] = kept.all
	}
	if !kept.all {
		for _, r := range kept.rows {
			st.passes[r] = true
		}
	}
	return nil
}

// may reports whether row i fulfils the conditions on the row alone.
func (st *scanStep) may(i int) bool { return st.pass == nil || st.passes[i] }

// matches reports whether the current row, which may match step k, does so in the
// state of match m, -1 for none.
func (s *scan) matches(k int, m int32) (bool, error) {
	st := s.steps[k]
	if st.cond == nil {
		return true, nil
	}
	s.match = m
	if err := st.cond.compute(); err != nil {
		return false, err
	}
	return st.holds.V && !st.holds.Null, nil
}
