package exec

import (
	"context"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// In a scan of one step whose condition reads the current row alone, it is known
// beforehand which row the step's record is of: the one before it in its partition
// that fulfilled the condition. What is computed of both, but for columns that the
// step assigns, is computed for a batch at once; and only of the last row of a
// partition in a batch something is kept of the input's columns.

// priorRows is the rows of a batch that fulfil the condition, and the row before
// each of them.
type priorRows struct {
	rows   []uint32 // ascending
	all    bool     // every row of the batch does
	before []uint32 // of each of rows: the row before it, or itself if that is not in the batch
	has    []bool   // of each of rows: that the row before it is in the batch
	at     int      // which of rows is being entered

	partitions []uint32 // of the rows of the batch
	last       []uint32 // by partition: its last row in the batch plus one; 0 for none
	touched    []uint32 // partitions that have one

	// each says that something cannot be computed for a batch at once: then all is
	// computed row by row, of what is kept of each row.
	each bool

	batch  *column.Batch   // that now and behind are of
	now    []column.Column // by column of the input, what has been read: at rows
	behind []column.Column // likewise: at before
}

// knowsPrior reports whether the rows are known beforehand.
func (s *scan) knowsPrior() bool {
	return len(s.node.Steps) == 1 && s.ofRow(s.withDefaults(s.node.Steps[0].Cond))
}

// find finds the rows of the batch, which are of the partitions given.
func (p *priorRows) find(st *scanStep, partitions []uint32, total int) {
	p.rows, p.before, p.has = p.rows[:0], p.before[:0], p.has[:0]
	for len(p.last) < total {
		p.last = append(p.last, 0)
	}
	p.touched, p.partitions = p.touched[:0], partitions
	for i, g := range partitions {
		if !st.may(i) {
			continue
		}
		r := uint32(i)
		before := p.last[g]
		if before == 0 {
			p.touched = append(p.touched, g)
			p.before = append(p.before, r)
		} else {
			p.before = append(p.before, before-1)
		}
		p.has = append(p.has, before != 0)
		p.rows = append(p.rows, r)
		p.last[g] = r + 1
	}
	p.all = len(p.rows) == len(partitions)
	p.batch = nil
}

// enterKnown enters all rows of the batch that fulfil the condition.
func (s *scan) enterKnown(ctx context.Context, partitions []uint32) error {
	p := s.prior
	p.find(s.steps[0], partitions, s.group.len())
	for k, r := range p.rows {
		if k&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		g := partitions[r]
		m := s.active[g]
		if m < 0 {
			m = s.begin(0)
			s.active[g] = m
		}
		p.at, s.at = k, int(r)
		if err := s.enter(m, 0); err != nil {
			return err
		}
		if p.each {
			if err := s.keepRow(r); err != nil {
				return err
			}
		}
	}
	for _, g := range p.touched {
		if !p.each {
			if err := s.keepRow(p.last[g] - 1); err != nil {
				return err
			}
		}
		p.last[g] = 0
	}
	return nil
}

// keepRow keeps what is read later of a row that has been entered.
func (s *scan) keepRow(r uint32) error {
	st := s.steps[0]
	s.at = int(r)
	for i := range st.sources {
		if err := st.sources[i].compute(); err != nil {
			return err
		}
	}
	m := s.active[s.prior.partitions[r]]
	for _, save := range st.late {
		save(m)
	}
	return nil
}

// eachRow goes on row by row from the row that is being entered.
func (s *scan) eachRow() error {
	p, at := s.prior, s.at
	p.each = true
	for _, r := range p.rows[:p.at] {
		if err := s.keepRow(r); err != nil {
			return err
		}
	}
	s.at = at
	return nil
}

// ofPrior reports whether e reads the record of the step, and of it and of the
// current row only columns of the input that the step does not assign.
func (s *scan) ofPrior(e plan.Expr) bool {
	if s.prior == nil || isFickle(e) {
		return false
	}
	reads := false
	return !plan.HasPart(e, func(e plan.Expr) bool {
		c, ok := e.(*plan.Column)
		if !ok || c.Index < s.layout.width {
			return false
		}
		at := c.Index - s.layout.record
		reads = true
		return at < 0 || at >= s.layout.width || slices.Contains(s.layout.own, at)
	}) && reads
}

// overPrior computes e, which is of the prior row, for all rows of the batch when the
// first is asked for. Rows that have the one before them in another batch are
// computed one by one; so are all from the first batch on for which that fails, as
// not every part of e may be wanted of every row.
func (s *scan) overPrior(e plan.Expr) scanExpr {
	prior := s.prior
	s.prior = nil // for what comes of it: it reads what is kept
	x := s.compile(e)
	s.prior = prior
	one := scanExpr{x.cell, x.ops}
	all := newCompiler(s.q).compile(e)
	reads := map[int]bool{}
	all.columns(reads)
	r := readerOf(x.cell)
	var seen *column.Batch
	return scanExpr{x.cell, []func() error{func() error {
		if prior.each || !prior.has[prior.at] {
			return one.compute()
		}
		if seen != s.b {
			seen = s.b
			in, err := s.besidePrior(reads)
			if err != nil {
				return err
			}
			c, err := all.eval(in)
			if err != nil {
				if err := s.eachRow(); err != nil {
					return err
				}
				return one.compute()
			}
			r.look(c)
		}
		r.read(prior.at)
		return nil
	}}}
}

// besidePrior returns the rows that fulfil the condition, with the columns of the row
// before each where those of the record are; only those read are there.
func (s *scan) besidePrior(reads map[int]bool) (*column.Batch, error) {
	p, l := s.prior, &s.layout
	if p.batch != s.b {
		p.batch = s.b
		p.now, p.behind = make([]column.Column, l.width), make([]column.Column, l.width)
	}
	cols := make([]column.Column, 2*l.record)
	for i := range reads {
		at := i % l.record
		c, err := s.b.Column(at)
		if err != nil {
			return nil, err
		}
		if i >= l.record {
			if p.behind[at] == nil {
				p.behind[at] = column.Gather(c, p.before)
			}
			cols[i] = p.behind[at]
			continue
		}
		if p.now[at] == nil {
			p.now[at] = c
			if !p.all {
				p.now[at] = column.Gather(c, p.rows)
			}
		}
		cols[i] = p.now[at]
	}
	return column.NewBatch(len(p.rows), cols), nil
}
