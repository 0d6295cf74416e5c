package exec

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// An expression over one column that nothing else reads is computed a piece of
// the column at a time where the column's source allows it: a wide column of text
// is then never in memory as a whole, see column.Piecewise.

// piecemeal says whether a part of a stage's expressions may be computed that way.
type piecemeal struct {
	ok     bool
	column int // the one that it reads
	text   textCopier
}

// piecemealOf returns the answer for the evaluators given, which are all that
// looks at what they compute.
func (c *compiler) piecemealOf(es ...*evaluator) *piecemeal {
	reads := map[int]int{}
	for _, e := range es {
		if !e.countReads(reads) {
			return &piecemeal{}
		}
	}
	if len(reads) != 1 {
		return &piecemeal{}
	}
	p := &piecemeal{}
	for col, n := range reads {
		p.column = col
		p.ok = n == c.reads[col] && (c.last || slices.Contains(c.spent, col))
	}
	return p
}

// countReads counts where e reads which columns. It reports false if a part of e
// keeps what it gets, or is a part of another expression too, which would then
// read the column again.
func (e *evaluator) countReads(reads map[int]int) bool {
	if e.kind == evalCall && !e.fn.Kernel.Transient {
		return false
	}
	if e.kind == evalColumn {
		reads[e.index]++
	}
	for _, a := range e.args {
		if a.uses > 1 || !a.countReads(reads) {
			return false
		}
	}
	return true
}

// lazy returns the column in b if it can be read a piece at a time.
func (p *piecemeal) lazy(b *column.Batch) (l *column.Lazy, ok bool) {
	if !p.ok || b.Len() == 0 {
		return nil, false
	}
	l, ok = b.Raw(p.column).(*column.Lazy)
	return l, ok
}

// batch returns a piece of the column in the place that it has in b.
func (p *piecemeal) batch(b *column.Batch, piece column.Column) *column.Batch {
	cols := make([]column.Column, b.Width())
	cols[p.column] = piece
	return column.NewBatch(piece.Len(), cols)
}

// byPieces computes e a piece at a time; !ok if that is not possible, or not for
// the better.
func (e *evaluator) byPieces(b *column.Batch) (out column.Column, ok bool, err error) {
	if e.c == nil || e.typ == types.Dynamic {
		return nil, false, nil // a dynamic value may refer to the text that it was read from
	}
	if e.pieces == nil {
		e.pieces = e.c.piecemealOf(e)
	}
	l, ok := e.pieces.lazy(b)
	if !ok {
		return nil, false, nil
	}
	var parts []column.Column
	ok, err = l.Pieces(func(piece column.Column) error {
		c, err := e.whole(e.pieces.batch(b, piece))
		if err != nil {
			return err
		}
		if e.typ == types.String {
			e.pieces.text.add(c)
		} else {
			parts = append(parts, c)
		}
		return nil
	})
	switch {
	case !ok || err != nil:
		return nil, ok, err
	case e.typ == types.String:
		return e.pieces.text.column(), true, nil
	}
	out, err = concat(parts)
	return out, true, err
}

// byPieces asks the condition about a piece at a time.
func (s *selector) byPieces(b *column.Batch) (kept selection, ok bool, err error) {
	if s.pieces == nil {
		s.pieces = s.c.piecemealOf(s.evaluators(nil)...)
	}
	l, ok := s.pieces.lazy(b)
	if !ok {
		return selection{}, false, nil
	}
	n := 0
	ok, err = l.Pieces(func(piece column.Column) error {
		in := s.pieces.batch(b, piece)
		some, err := s.whole(in)
		if err != nil {
			return err
		}
		if some.all {
			some.rows = complement(selection{}, in.Len()).rows
		}
		for _, r := range some.rows {
			kept.rows = append(kept.rows, r+uint32(n))
		}
		n += in.Len()
		return nil
	})
	kept.all = len(kept.rows) == b.Len()
	return kept, ok, err
}

// evaluators appends those that the selector asks.
func (s *selector) evaluators(out []*evaluator) []*evaluator {
	if s.expr != nil {
		out = append(out, s.expr)
	}
	for _, a := range s.args {
		out = a.evaluators(out)
	}
	return out
}
