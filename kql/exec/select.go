package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// A selection is the rows of a batch that a condition keeps, ascending; all of
// them if all is set.
type selection struct {
	rows []uint32
	all  bool
}

func (s selection) count(n int) int {
	if s.all {
		return n
	}
	return len(s.rows)
}

// A selector finds the rows where a condition is true. Conjunctions narrow: a
// later condition sees only the rows, and makes a Lazy column read only the
// rows, that the earlier ones kept.
type selector struct {
	expr *evaluator // a condition that is neither and nor or
	// within, if not nil, may know the answer for a whole batch.
	within *rangeTest
	or     bool
	args   []*selector
	// reads are the columns that args[i:] need, for gathering.
	reads [][]int

	c      *compiler
	pieces *piecemeal // once asked for
}

func (c *compiler) selector(x plan.Expr) *selector {
	var args []plan.Expr
	s := &selector{c: c}
	switch x := x.(type) {
	case *plan.And:
		args = x.Args
	case *plan.Or:
		args, s.or = x.Args, true
	default:
		return &selector{expr: c.compile(x), within: rangeTestOf(x)}
	}
	for _, a := range args {
		s.args = append(s.args, c.selector(a))
	}
	s.reads = make([][]int, len(args))
	set := map[int]bool{}
	for i := len(args) - 1; i >= 0; i-- {
		s.args[i].columns(set)
		for col := range set {
			s.reads[i] = append(s.reads[i], col)
		}
	}
	return s
}

func (s *selector) columns(set map[int]bool) {
	if s.expr != nil {
		s.expr.columns(set)
	}
	for _, a := range s.args {
		a.columns(set)
	}
}

// rows returns the rows of b where the condition is true.
func (s *selector) rows(b *column.Batch) (selection, error) {
	switch {
	case s.expr != nil:
		if kept, known := s.within.of(b); known {
			return kept, nil
		}
		c, err := s.expr.eval(b)
		if err != nil {
			return selection{}, err
		}
		return trueRows(c), nil
	}
	if kept, ok, err := s.byPieces(b); ok || err != nil {
		return kept, err
	}
	return s.whole(b)
}

// whole asks an and or an or about all rows of b at once.
func (s *selector) whole(b *column.Batch) (selection, error) {
	if s.or {
		return s.anyOf(b)
	}
	return s.allOf(b)
}

func (s *selector) allOf(b *column.Batch) (selection, error) {
	kept := selection{all: true}
	for i, a := range s.args {
		if !kept.all && len(kept.rows) == 0 {
			break
		}
		more, err := s.on(a, i, b, kept)
		if err != nil {
			return selection{}, err
		}
		kept = more
	}
	return kept, nil
}

// anyOf asks each condition about the rows that no earlier one has kept.
func (s *selector) anyOf(b *column.Batch) (selection, error) {
	var kept selection
	rest := selection{all: true}
	for i, a := range s.args {
		more, err := s.on(a, i, b, rest)
		if err != nil {
			return selection{}, err
		}
		if i == 0 {
			kept = more
		} else {
			kept = union(kept, more, b.Len())
		}
		if kept.count(b.Len()) == b.Len() {
			return selection{all: true}, nil
		}
		rest = complement(kept, b.Len())
	}
	return kept, nil
}

// on asks condition i, which is a, about the rows in of b.
func (s *selector) on(a *selector, i int, b *column.Batch, in selection) (selection, error) {
	if in.all {
		return a.rows(b)
	}
	if len(in.rows) == 0 {
		return in, nil
	}
	cols := make([]column.Column, b.Width())
	for _, c := range s.reads[i] {
		cols[c] = column.Gather(b.Raw(c), in.rows)
	}
	out, err := a.rows(column.NewBatch(len(in.rows), cols))
	if err != nil || out.all {
		return in, err
	}
	for j, r := range out.rows {
		out.rows[j] = in.rows[r]
	}
	return out, nil
}

// trueRows returns the rows of the bool column c that are true.
func trueRows(c column.Column) selection {
	switch c := c.(type) {
	case *column.Const:
		v := column.ViewOf[bool](c)
		return selection{all: !v.Null(0) && v.At(0)}
	case *column.Dict:
		return trueCodes(c)
	}
	v := column.FlatVec[bool](c)
	rows := make([]uint32, len(v.Vals)+1)
	n := 0
	for i, t := range v.Vals {
		rows[n] = uint32(i)
		n += bit(t)
	}
	if v.Valid != nil {
		m := 0
		for _, r := range rows[:n] {
			rows[m] = r
			m += bit(v.Valid.Has(int(r)))
		}
		n = m
	}
	return selection{rows: rows[:n], all: n == len(v.Vals)}
}

func trueCodes(d *column.Dict) selection {
	v := column.FlatVec[bool](d.Values)
	keep := make([]int, len(v.Vals))
	for i, t := range v.Vals {
		keep[i] = bit(t && v.Valid.Has(i))
	}
	rows := make([]uint32, len(d.Codes)+1)
	n := 0
	for i, c := range d.Codes {
		rows[n] = uint32(i)
		n += keep[c]
	}
	return selection{rows: rows[:n], all: n == len(d.Codes)}
}

// bit is 1 for true; the compiler makes no branch of it.
func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

// union merges two selections without rows in common.
func union(a, b selection, n int) selection {
	if a.all || b.all {
		return selection{all: true}
	}
	out := make([]uint32, 0, len(a.rows)+len(b.rows))
	i, j := 0, 0
	for i < len(a.rows) && j < len(b.rows) {
		if a.rows[i] < b.rows[j] {
			out = append(out, a.rows[i])
			i++
		} else {
			out = append(out, b.rows[j])
			j++
		}
	}
	out = append(append(out, a.rows[i:]...), b.rows[j:]...)
	return selection{rows: out, all: len(out) == n}
}

// complement returns the rows below n that s does not have.
func complement(s selection, n int) selection {
	if s.all {
		return selection{}
	}
	out := make([]uint32, 0, n-len(s.rows))
	next := uint32(0)
	for _, r := range s.rows {
		for ; next < r; next++ {
			out = append(out, next)
		}
		next = r + 1
	}
	for ; next < uint32(n); next++ {
		out = append(out, next)
	}
	return selection{rows: out, all: len(s.rows) == 0}
}
