package exec

import "github.com/calypso-kql/calypso/kql/column"

// A topBound is the first key of a row that as many rows come before as are
// wanted: rows beyond it need not be looked at any further. It knows numbers
// only.
type topBound struct {
	word   *int64
	number *float64
}

// within returns the rows of the first key's column c that are not beyond the
// bound; !ok if that is not known of any. Nulls are never beyond.
func (t *topBound) within(c column.Column, desc bool) (rows []uint32, ok bool) {
	switch v := c.(type) {
	case *column.Vec[int64]:
		if t.word != nil {
			return notBeyond(v, *t.word, desc), true
		}
	case *column.Vec[float64]:
		if t.number != nil {
			return notBeyond(v, *t.number, desc), true
		}
	}
	return nil, false
}

func notBeyond[T int64 | float64](v *column.Vec[T], bound T, desc bool) []uint32 {
	rows := make([]uint32, 0, 64)
	for i, x := range v.Vals {
		beyond := x > bound
		if desc {
			beyond = x < bound
		}
		if !beyond || !v.Valid.Has(i) {
			rows = append(rows, uint32(i))
		}
	}
	return rows
}

// narrow notes that as many rows as are wanted come no later than the row given
// of c.
func (t *topBound) narrow(c column.Column, row uint32, desc bool) {
	switch v := c.(type) {
	case *column.Vec[int64]:
		narrowTo(&t.word, v, row, desc)
	case *column.Vec[float64]:
		narrowTo(&t.number, v, row, desc)
	}
}

func narrowTo[T int64 | float64](bound **T, v *column.Vec[T], row uint32, desc bool) {
	if !v.Valid.Has(int(row)) {
		return
	}
	x := v.Vals[row]
	if *bound == nil || desc && x > **bound || !desc && x < **bound {
		*bound = &x
	}
}
