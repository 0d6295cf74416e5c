package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// aa applies f to two arrays. It must stay small enough to inline: with f a
// function literal the loop then compiles as if written by hand.
func aa[A, B, R any](out []R, a []A, b []B, f func(A, B) R) {
	a, b = a[:len(out)], b[:len(out)]
	for i := range out {
		out[i] = f(a[i], b[i])
	}
}

// as applies f to an array and a scalar, as aa does.
func as[A, B, R any](out []R, a []A, b B, f func(A, B) R) {
	a = a[:len(out)]
	for i := range out {
		out[i] = f(a[i], b)
	}
}

// sa applies f to a scalar and an array, as aa does.
func sa[A, B, R any](out []R, a A, b []B, f func(A, B) R) {
	b = b[:len(out)]
	for i := range out {
		out[i] = f(a, b[i])
	}
}

// loops is an element-wise operation in the three forms that its arguments can
// have. Each is an aa, as or sa around the same literal; the loops run over
// nulls, too, and the validity is computed apart.
type loops[A, B, R column.Value] struct {
	aa func(out []R, a []A, b []B)
	as func(out []R, a []A, b B)
	sa func(out []R, a A, b []B)
}

// kernel is the kernel of l where a null on either side gives a null.
func (l loops[A, B, R]) kernel(a, b, out types.Type) function.Kernel {
	return function.Kernel{In: []types.Type{a, b}, Out: out, Transient: true, Each: l.each, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			x, y := operandOf[A](args[0]), operandOf[B](args[1])
			return column.NewVec(c.Out, l.run(c, x, y, n), x.validity(n).And(y.validity(n))), nil
		})
	}}
}

// kernelIgnoringNulls is the kernel of l whose result is never null.
func (l loops[A, B, R]) kernelIgnoringNulls(a, b, out types.Type) function.Kernel {
	return function.Kernel{In: []types.Type{a, b}, Out: out, Transient: true, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			return column.NewVec(c.Out, l.run(c, operandOf[A](args[0]), operandOf[B](args[1]), n), nil), nil
		})
	}}
}

func (l loops[A, B, R]) run(c *function.Call, x operand[A], y operand[B], n int) []R {
	out := function.Room[R](c, n)
	switch {
	case n == 0:
	case y.fixed:
		if x.fixed {
			x.vals = []A{x.vals[0]} // both are constant: n is 1
		}
		l.as(out, x.vals, y.vals[0])
	case x.fixed:
		l.sa(out, x.vals[0], y.vals)
	default:
		l.aa(out, x.vals, y.vals)
	}
	return out
}

// called makes the three loops of a function that costs more than its call.
func called[A, B, R column.Value](f func(A, B) R) loops[A, B, R] {
	return loops[A, B, R]{
		aa: func(out []R, a []A, b []B) { aa(out, a, b, f) },
		as: func(out []R, a []A, b B) { as(out, a, b, f) },
		sa: func(out []R, a A, b []B) { sa(out, a, b, f) },
	}
}

// swapped returns l with its arguments exchanged: of <, it is >.
func (l loops[A, B, R]) swapped() loops[B, A, R] {
	return loops[B, A, R]{
		aa: func(out []R, b []B, a []A) { l.aa(out, a, b) },
		as: func(out []R, b []B, a A) { l.sa(out, a, b) },
		sa: func(out []R, b B, a []A) { l.as(out, a, b) },
	}
}

// equality is the kernel of l under the null rule of == and !=: two nulls give a
// null; one null makes == false and != true.
//
// Source: the Kusto documentation, "Null values".
func equality[A, B column.Value](a, b types.Type, l loops[A, B, bool], unequal bool) function.Kernel {
	return function.Kernel{In: []types.Type{a, b}, Out: types.Bool, Transient: true, Each: eachEquality(l, unequal), Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			x, y := operandOf[A](args[0]), operandOf[B](args[1])
			out := l.run(c, x, y, n)
			vx, vy := x.validity(n), y.validity(n)
			if vx == nil && vy == nil {
				return column.NewVec(c.Out, out, nil), nil
			}
			return column.NewVec(c.Out, out, settleOneSided(out, vx, vy, unequal)), nil
		})
	}}
}

// settleOneSided gives rows with one null the answer and returns the validity of
// the rest: a row is null where both sides are. Either bitmap may be nil.
func settleOneSided(out []bool, vx, vy column.Bitmap, answer bool) column.Bitmap {
	for w := range (len(out) + 63) / 64 {
		wx, wy := ^uint64(0), ^uint64(0)
		if vx != nil {
			wx = vx[w]
		}
		if vy != nil {
			wy = vy[w]
		}
		if wx&wy == ^uint64(0) {
			continue
		}
		row := out[w*64 : min(w*64+64, len(out))]
		for i := range row {
			if wx&wy>>i&1 == 0 {
				row[i] = answer
			}
		}
	}
	if vx == nil || vy == nil {
		return nil
	}
	both := make(column.Bitmap, len(vx))
	for w := range both {
		both[w] = vx[w] | vy[w]
	}
	return both
}

// An operand is an argument of a binary operator: an array or one value.
type operand[T column.Value] struct {
	vals  []T
	valid column.Bitmap // of vals
	fixed bool
}

func operandOf[T column.Value](c column.Column) operand[T] {
	if k, ok := c.(*column.Const); ok {
		v := column.FlatVec[T](k.One)
		return operand[T]{vals: v.Vals, valid: validityOf(v), fixed: true}
	}
	v := column.FlatVec[T](c)
	return operand[T]{vals: v.Vals, valid: validityOf(v)}
}

// validityOf returns v's validity; that of a dynamic column is found in its
// values.
func validityOf[T column.Value](v *column.Vec[T]) column.Bitmap {
	values, ok := any(v.Vals).([]dynamic.Value)
	if !ok {
		return v.Valid
	}
	var valid column.Bitmap
	for i, x := range values {
		if x.IsNull() {
			if valid == nil {
				valid = column.FullBitmap(len(values))
			}
			valid.Clear(i)
		}
	}
	return valid
}

// validity returns the operand's validity over n rows.
func (o *operand[T]) validity(n int) column.Bitmap {
	if o.fixed && !o.valid.Has(0) {
		return column.NewBitmap(n)
	}
	if o.fixed {
		return nil
	}
	return o.valid
}
