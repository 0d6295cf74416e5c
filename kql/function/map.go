package function

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// Map1 lifts f over a column of type a: null in, null out (a string result is
// then empty, a dynamic one null). A string or dynamic argument always reaches
// f; a null dynamic is the zero value. The result has type out, or the type the
// binder found if out is types.Unknown.
func Map1[A, R column.Value](a, out types.Type, f func(A) R) Kernel {
	each := each1(func(x A) (R, bool) { return f(x), true })
	return Kernel{In: []types.Type{a}, Out: out, Transient: true, Each: each, Run: func(c *Call, args []column.Column, n int) (column.Column, error) {
		return overForms(c, args[0], n, constants{}, func(in column.Column) (column.Column, error) {
			v := column.FlatVec[A](in)
			vals := make([]R, len(v.Vals))
			for i, x := range v.Vals {
				if v.Valid.Has(i) {
					vals[i] = f(x)
				}
			}
			return column.NewVec(c.Out, vals, v.Valid), nil
		})
	}}
}

// Map1Null is Map1 for a function that may return a null: ok false.
func Map1Null[A, R column.Value](a, out types.Type, f func(A) (r R, ok bool)) Kernel {
	return Kernel{In: []types.Type{a}, Out: out, Transient: true, Each: each1(f), Run: func(c *Call, args []column.Column, n int) (column.Column, error) {
		return overForms(c, args[0], n, constants{}, func(in column.Column) (column.Column, error) {
			v := column.FlatVec[A](in)
			o := newOutput[R](len(v.Vals))
			for i, x := range v.Vals {
				if v.Valid.Has(i) {
					if r, ok := f(x); ok {
						o.set(i, r)
					}
				}
			}
			return o.column(c.Out), nil
		})
	}}
}

// Map2 lifts f over two columns as Map1 does over one: a null on either side
// gives a null.
func Map2[A, B, R column.Value](a, b, out types.Type, f func(A, B) R) Kernel {
	return Map2Null(a, b, out, func(x A, y B) (R, bool) { return f(x, y), true })
}

// Map2Null is Map2 for a function that may return a null: ok false. If one
// argument is constant, a dictionary in the other is evaluated once per
// distinct value.
func Map2Null[A, B, R column.Value](a, b, out types.Type, f func(A, B) (r R, ok bool)) Kernel {
	return Kernel{In: []types.Type{a, b}, Out: out, Transient: true, Each: each2(f), Run: func(c *Call, args []column.Column, n int) (column.Column, error) {
		vb := column.ViewOf[B](args[1])
		if y, ok := vb.Const(); ok {
			if vb.Null(0) {
				return column.NullConst(c.Out, n), nil
			}
			return overForms(c, args[0], n, constants{valueOf(args[1])}, func(in column.Column) (column.Column, error) {
				return loop1(c.Out, in, func(x A) (R, bool) { return f(x, y) }), nil
			})
		}
		va := column.ViewOf[A](args[0])
		if x, ok := va.Const(); ok {
			if va.Null(0) {
				return column.NullConst(c.Out, n), nil
			}
			return overForms(c, args[1], n, constants{valueOf(args[0])}, func(in column.Column) (column.Column, error) {
				return loop1(c.Out, in, func(y B) (R, bool) { return f(x, y) }), nil
			})
		}
		o := newOutput[R](n)
		for i := range n {
			if !va.Null(i) && !vb.Null(i) {
				if r, ok := f(va.At(i), vb.At(i)); ok {
					o.set(i, r)
				}
			}
		}
		return o.column(c.Out), nil
	}}
}

func loop1[A, R column.Value](out types.Type, in column.Column, f func(A) (R, bool)) column.Column {
	v := column.FlatVec[A](in)
	o := newOutput[R](len(v.Vals))
	for i, x := range v.Vals {
		if v.Valid.Has(i) {
			if r, ok := f(x); ok {
				o.set(i, r)
			}
		}
	}
	return o.column(out)
}

// Map3 lifts f over three columns: a null in any gives a null.
func Map3[A, B, C, R column.Value](a, b, c, out types.Type, f func(A, B, C) R) Kernel {
	return Map3Null(a, b, c, out, func(x A, y B, z C) (R, bool) { return f(x, y, z), true })
}

// Map3Null is Map3 for a function that may return a null: ok false. If all but
// one argument are constant, a dictionary in that one is evaluated once per
// distinct value.
func Map3Null[A, B, C, R column.Value](a, b, c, out types.Type, f func(A, B, C) (r R, ok bool)) Kernel {
	return Kernel{In: []types.Type{a, b, c}, Out: out, Transient: true, Each: each3(f), Run: func(call *Call, args []column.Column, n int) (column.Column, error) {
		return OverOne(call, args, n, func(args []column.Column, n int) (column.Column, error) {
			va, vb, vc := column.ViewOf[A](args[0]), column.ViewOf[B](args[1]), column.ViewOf[C](args[2])
			o := newOutput[R](n)
			for i := range n {
				if va.Null(i) || vb.Null(i) || vc.Null(i) {
					continue
				}
				if r, ok := f(va.At(i), vb.At(i), vc.At(i)); ok {
					o.set(i, r)
				}
			}
			return o.column(call.Out), nil
		})
	}}
}

// OverOne runs loop over the arguments of a call, once per distinct value where
// all arguments but one are constant and that one is a dictionary, once where
// all are constant. It is for kernels whose arguments differ in number or need
// their own null rules. loop gets columns of n rows each.
func OverOne(c *Call, args []column.Column, n int, loop func(args []column.Column, n int) (column.Column, error)) (column.Column, error) {
	varying := -1
	for i, a := range args {
		if _, ok := a.(*column.Const); ok {
			continue
		}
		if varying >= 0 {
			return loop(args, n)
		}
		varying = i
	}
	var fixed constants
	for i, a := range args {
		if i != varying && varying >= 0 {
			if i >= maxConstants {
				return loop(args, n)
			}
			fixed[i] = valueOf(a)
		}
	}
	inner := make([]column.Column, len(args))
	with := func(v column.Column, rows int) (column.Column, error) {
		for i, a := range args {
			if k, ok := a.(*column.Const); ok {
				inner[i] = &column.Const{One: k.One, N: rows}
			}
		}
		if varying >= 0 {
			inner[varying] = v
		}
		return loop(inner, rows)
	}
	if varying < 0 {
		one, err := with(nil, 1)
		if err != nil {
			return nil, err
		}
		return &column.Const{One: column.Flat(one), N: n}, nil
	}
	return overForms(c, args[varying], n, fixed, func(in column.Column) (column.Column, error) {
		out, err := with(in, in.Len())
		if err != nil {
			return nil, err
		}
		return column.Flat(out), nil
	})
}

// An output collects values with their validity.
type output[R column.Value] struct {
	vals  []R
	valid column.Bitmap
	count int
}

func newOutput[R column.Value](n int) *output[R] {
	return &output[R]{vals: make([]R, n), valid: column.NewBitmap(n)}
}

func (o *output[R]) set(i int, r R) {
	o.vals[i] = r
	o.valid.Set(i)
	o.count++
}

func (o *output[R]) column(t types.Type) column.Column {
	if o.count == len(o.vals) {
		return column.NewVec(t, o.vals, nil)
	}
	return column.NewVec(t, o.vals, o.valid)
}
