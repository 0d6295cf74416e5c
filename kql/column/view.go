package column

// A View reads a column of any form but Lazy as Go values, for kernels that
// take several columns. At and Null are small enough to inline.
type View[T Value] struct {
	vals  []T
	codes []uint32 // nil unless a dictionary
	valid Bitmap   // of vals
	fixed bool     // a constant: row 0 for every row
}

// ViewOf returns a view of c. The Go form of c's type must be T.
func ViewOf[T Value](c Column) View[T] {
	switch c := c.(type) {
	case *Dict:
		v := flatVec[T](c.Values)
		return View[T]{vals: v.Vals, codes: c.Codes, valid: v.Valid}
	case *Const:
		v := flatVec[T](c.One)
		return View[T]{vals: v.Vals, valid: v.Valid, fixed: true}
	default:
		v := flatVec[T](c)
		return View[T]{vals: v.Vals, valid: v.Valid}
	}
}

func flatVec[T Value](c Column) *Vec[T] {
	if v, ok := c.(*Vec[T]); ok {
		return v
	}
	return &Vec[T]{} // a wrong T is caught by the registry's checks; reads then fail loudly
}

func (v *View[T]) slot(i int) int {
	if v.fixed {
		return 0
	}
	if v.codes != nil {
		return int(v.codes[i])
	}
	return i
}

// At returns the value of row i, unspecified where the row is null.
func (v *View[T]) At(i int) T { return v.vals[v.slot(i)] }

// Null reports whether row i is null. For dynamic ask the value itself.
func (v *View[T]) Null(i int) bool { return v.valid != nil && !v.valid.Has(v.slot(i)) }

// HasNulls reports whether any row may be null.
func (v *View[T]) HasNulls() bool { return v.valid != nil }

// Const returns the value of a constant column, and whether it is one.
func (v *View[T]) Const() (value T, ok bool) {
	if v.fixed {
		return v.vals[0], true
	}
	return value, false
}
