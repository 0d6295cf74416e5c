package function

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Cell holds the value of an expression in one row, for operators whose rows
// depend on the ones before, so that nothing can be computed over a whole column.
// It is a *[CellOf] the Go form of its type, and for one goroutine.
type Cell interface{ cell() }

// A CellOf is the Cell of a Go form.
type CellOf[T column.Value] struct {
	V    T    // unspecified where Null
	Null bool // never for string and dynamic, as in a column

	hasNull bool
}

func (*CellOf[T]) cell() {}

// Set gives the cell a value.
func (c *CellOf[T]) Set(v T) { c.V, c.Null = v, false }

// SetNull makes the cell null: of a string the empty one.
func (c *CellOf[T]) SetNull() {
	var zero T
	c.V, c.Null = zero, c.hasNull
}

// Copy gives the cell the value of another.
func (c *CellOf[T]) Copy(from *CellOf[T]) { c.V, c.Null = from.V, from.Null }

// NewCellOf returns a null of type t, whose Go form must be T.
func NewCellOf[T column.Value](t types.Type) *CellOf[T] {
	c := &CellOf[T]{hasNull: t != types.String && t != types.Dynamic}
	c.SetNull()
	return c
}

// NewCell returns a null of type t.
func NewCell(t types.Type) Cell {
	switch t {
	case types.Bool:
		return NewCellOf[bool](t)
	case types.Real:
		return NewCellOf[float64](t)
	case types.Decimal:
		return NewCellOf[types.Decimal128](t)
	case types.String:
		return NewCellOf[string](t)
	case types.GUID:
		return NewCellOf[types.GUID128](t)
	case types.Dynamic:
		return NewCellOf[dynamic.Value](t)
	}
	return NewCellOf[int64](t)
}

// Cells returns cells as those of T, if that is what all of them are.
func Cells[T column.Value](cells []Cell) ([]*CellOf[T], bool) {
	out := make([]*CellOf[T], len(cells))
	for i, c := range cells {
		of, ok := c.(*CellOf[T])
		if !ok {
			return nil, false
		}
		out[i] = of
	}
	return out, true
}

// each1 is the Each of a function that a null does not reach.
func each1[A, R column.Value](f func(A) (R, bool)) Each {
	return func(_ *Call, out Cell, args []Cell) func() error {
		r, okR := out.(*CellOf[R])
		a, okA := args[0].(*CellOf[A])
		if !okR || !okA {
			return nil
		}
		return func() error {
			if a.Null {
				r.SetNull()
			} else if v, ok := f(a.V); ok {
				r.Set(v)
			} else {
				r.SetNull()
			}
			return nil
		}
	}
}

func each2[A, B, R column.Value](f func(A, B) (R, bool)) Each {
	return func(_ *Call, out Cell, args []Cell) func() error {
		r, okR := out.(*CellOf[R])
		a, okA := args[0].(*CellOf[A])
		b, okB := args[1].(*CellOf[B])
		if !okR || !okA || !okB {
			return nil
		}
		return func() error {
			if a.Null || b.Null {
				r.SetNull()
			} else if v, ok := f(a.V, b.V); ok {
				r.Set(v)
			} else {
				r.SetNull()
			}
			return nil
		}
	}
}

func each3[A, B, C, R column.Value](f func(A, B, C) (R, bool)) Each {
	return func(_ *Call, out Cell, args []Cell) func() error {
		r, okR := out.(*CellOf[R])
		a, okA := args[0].(*CellOf[A])
		b, okB := args[1].(*CellOf[B])
		c, okC := args[2].(*CellOf[C])
		if !okR || !okA || !okB || !okC {
			return nil
		}
		return func() error {
			if a.Null || b.Null || c.Null {
				r.SetNull()
			} else if v, ok := f(a.V, b.V, c.V); ok {
				r.Set(v)
			} else {
				r.SetNull()
			}
			return nil
		}
	}
}
