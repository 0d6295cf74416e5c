package exec

import (
	"fmt"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A scanExpr is an expression over the row and the match that a scan is at. Where
// every function in it has a form for one row at a time, computing it allocates
// nothing; parts that have none are computed over the batch if they read the
// current row alone, else over a batch of one row.
type scanExpr struct {
	cell function.Cell
	ops  []func() error // set cell, one after the other
}

func (x *scanExpr) compute() error {
	for _, op := range x.ops {
		if err := op(); err != nil {
			return err
		}
	}
	return nil
}

// compile returns e, in which declared columns have their defaults already. It
// makes the keepers of the columns that e reads.
func (s *scan) compile(e plan.Expr) scanExpr {
	switch e := e.(type) {
	case *plan.Literal:
		return scanExpr{cell: constantCell(e.Value)}
	case *plan.Column:
		if s.ofPrior(e) {
			return s.overPrior(e)
		}
		return s.compileColumn(e)
	}
	if s.ofPrior(e) {
		return s.overPrior(e)
	}
	fickle := isFickle(e)
	if !fickle && s.ofRow(e) && readsText(e) {
		// A text may be a dictionary, over which this costs next to nothing.
		return s.overBatch(e)
	}
	switch e := e.(type) {
	case *plan.And:
		return s.compileLogic(e.Args, false)
	case *plan.Or:
		return s.compileLogic(e.Args, true)
	case *plan.Call:
		if x, ok := s.compileCall(e); ok {
			return x
		}
	}
	if !fickle && s.ofRow(e) {
		return s.overBatch(e)
	}
	return s.overRow(e)
}

// isFickle reports whether the value of e depends on how often, and over which
// rows, it is computed.
func isFickle(e plan.Expr) bool {
	return plan.IsVolatile(e) || plan.HasWindow(e)
}

// readsText reports whether e computes with texts of the row.
func readsText(e plan.Expr) bool {
	return plan.HasPart(e, func(e plan.Expr) bool {
		c, ok := e.(*plan.Column)
		return ok && (c.Typ == types.String || c.Typ == types.Dynamic)
	})
}

// compileColumn reads a column of the current row or what is kept of a record.
func (s *scan) compileColumn(c *plan.Column) scanExpr {
	l := &s.layout
	block, at := c.Index/l.record, c.Index%l.record
	if block == 0 {
		return s.current(c.Typ, func(b *column.Batch) (column.Column, error) { return b.Column(at) })
	}
	step := block - 1
	cell, absent := newCellReader(c.Typ)
	absent.look(l.missing(at))
	load := s.keeper(step, at).loader(cell)
	return scanExpr{cell, []func() error{func() error {
		if s.holds(s.match, step) {
			load(s.match)
		} else {
			absent.read(0)
		}
		return nil
	}}}
}

// current reads the current row of a column that of returns for each batch.
func (s *scan) current(t types.Type, of func(*column.Batch) (column.Column, error)) scanExpr {
	cell, r := newCellReader(t)
	var seen *column.Batch
	return scanExpr{cell, []func() error{func() error {
		if seen != s.b {
			c, err := of(s.b)
			if err != nil {
				return err
			}
			r.look(c)
			seen = s.b
		}
		r.read(s.at)
		return nil
	}}}
}

func (s *scan) compileLogic(args []plan.Expr, or bool) scanExpr {
	cell := function.NewCellOf[bool](types.Bool)
	parts := make([]scanExpr, len(args))
	values := make([]*function.CellOf[bool], len(args))
	for i, a := range args {
		parts[i] = s.compile(a)
		values[i], _ = parts[i].cell.(*function.CellOf[bool])
	}
	return scanExpr{cell, []func() error{func() error {
		cell.Set(!or)
		for i, v := range values {
			if err := parts[i].compute(); err != nil {
				return err
			}
			switch {
			case v.Null:
				cell.SetNull()
			case v.V == or:
				cell.Set(or)
				return nil
			}
		}
		return nil
	}}}
}

// compileCall returns the call in the form for one row at a time, if it has one.
func (s *scan) compileCall(e *plan.Call) (scanExpr, bool) {
	if e.Fn.Kernel.Each == nil || isFickle(e) {
		return scanExpr{}, false
	}
	x := scanExpr{cell: function.NewCell(e.Typ)}
	args := make([]function.Cell, len(e.Args))
	for i, a := range e.Args {
		arg := s.compile(a)
		args[i] = arg.cell
		x.ops = append(x.ops, arg.ops...)
	}
	run := e.Fn.Kernel.Each(function.NewCall(s.q.env, e.Typ), x.cell, args)
	if run == nil {
		return scanExpr{}, false
	}
	name := e.Fn.Name
	x.ops = append(x.ops, func() error {
		if err := run(); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	return x, true
}

// overBatch computes e, which reads the current row alone, for all rows of a
// batch when the first one is asked for. If that fails, the rows that are asked
// for may still have a value.
func (s *scan) overBatch(e plan.Expr) scanExpr {
	all, single := newCompiler(s.q).compile(e), s.rowReader(e)
	cell, r := newCellReader(e.Type())
	var seen *column.Batch
	var failed bool
	return scanExpr{cell, []func() error{func() error {
		if seen != s.b {
			c, err := all.eval(s.b)
			if seen, failed = s.b, err != nil; !failed {
				r.look(c)
			}
		}
		if failed {
			c, err := single()
			if err != nil {
				return err
			}
			r.look(c)
			r.read(0)
			return nil
		}
		r.read(s.at)
		return nil
	}}}
}

// overRow computes e over a batch of one row: the current one beside the records of
// the match.
func (s *scan) overRow(e plan.Expr) scanExpr {
	cell, r := newCellReader(e.Type())
	value := s.rowReader(e)
	return scanExpr{cell, []func() error{func() error {
		c, err := value()
		if err != nil {
			return err
		}
		r.look(c)
		r.read(0)
		return nil
	}}}
}

// rowReader returns a function that computes e as a column of one row.
func (s *scan) rowReader(e plan.Expr) func() (column.Column, error) {
	ev := newCompiler(s.q).compile(e)
	set := map[int]bool{}
	ev.columns(set)
	var reads []int
	for c := range set {
		reads = append(reads, c)
		if block := c / s.layout.record; block > 0 {
			s.keeper(block-1, c%s.layout.record)
		}
	}
	return func() (column.Column, error) {
		for _, c := range reads {
			v, err := s.value(c)
			if err != nil {
				return nil, err
			}
			s.cols[c] = v
		}
		return ev.eval(column.NewBatch(1, s.cols))
	}
}

// value returns column c of the row that expressions see as a flat column of one
// row.
func (s *scan) value(c int) (column.Column, error) {
	block, at := c/s.layout.record, c%s.layout.record
	if block == 0 {
		all, err := s.b.Column(at)
		if err != nil {
			return nil, err
		}
		return column.Flat(column.Slice(all, s.at, s.at+1)), nil
	}
	if p := s.prior; p != nil && !p.each && p.has[p.at] && at < s.layout.width && !slices.Contains(s.layout.own, at) {
		all, err := s.b.Column(at)
		if err != nil {
			return nil, err
		}
		r := int(p.before[p.at])
		return column.Flat(column.Slice(all, r, r+1)), nil
	}
	if s.holds(s.match, block-1) {
		return s.keeper(block-1, at).one(s.match), nil
	}
	return s.layout.missing(at), nil
}
