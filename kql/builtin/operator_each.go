package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
)

// each is the kernel of l for one row at a time. The loops run over arrays of one
// value: what an operator computes is said only there.
func (l loops[A, B, R]) each(_ *function.Call, out function.Cell, args []function.Cell) func() error {
	r, a, b, ok := operandCells[A, B, R](out, args)
	if !ok {
		return nil
	}
	x, z := make([]A, 1), make([]R, 1)
	return func() error {
		if a.Null || b.Null {
			r.SetNull()
			return nil
		}
		x[0] = a.V
		l.as(z, x, b.V)
		r.Set(z[0])
		return nil
	}
}

// eachEquality is the kernel of equality for one row at a time.
func eachEquality[A, B column.Value](l loops[A, B, bool], unequal bool) function.Each {
	return func(_ *function.Call, out function.Cell, args []function.Cell) func() error {
		r, a, b, ok := operandCells[A, B, bool](out, args)
		if !ok {
			return nil
		}
		x, z := make([]A, 1), make([]bool, 1)
		return func() error {
			switch {
			case a.Null && b.Null:
				r.SetNull()
			case a.Null || b.Null:
				r.Set(unequal)
			default:
				x[0] = a.V
				l.as(z, x, b.V)
				r.Set(z[0])
			}
			return nil
		}
	}
}

// operandCells returns the cells of a binary operator; !ok where one is dynamic,
// whose nulls are in the values.
func operandCells[A, B, R column.Value](out function.Cell, args []function.Cell) (r *function.CellOf[R], a *function.CellOf[A], b *function.CellOf[B], ok bool) {
	r, okR := out.(*function.CellOf[R])
	a, okA := args[0].(*function.CellOf[A])
	b, okB := args[1].(*function.CellOf[B])
	return r, a, b, okR && okA && okB && !isDynamicCell(args[0]) && !isDynamicCell(args[1])
}
