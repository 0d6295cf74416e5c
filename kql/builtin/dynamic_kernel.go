package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// rowWise is a kernel for functions with their own rules for nulls and numbers
// of arguments: once per distinct value where only one argument varies.
func rowWise(in []types.Type, out types.Type, loop func(args []column.Column, n int) column.Column) function.Kernel {
	return function.Kernel{In: in, Out: out, Transient: true, Run: func(c *function.Call, args []column.Column, n int) (column.Column, error) {
		return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
			return loop(args, n), nil
		})
	}}
}

// transientKernel is rowKernel for a loop that keeps nothing of arguments that
// vary.
func transientKernel(in []types.Type, out types.Type, loop func(c *function.Call, args []column.Column, n int) (column.Column, error)) function.Kernel {
	k := rowKernel(in, out, loop)
	k.Transient = true
	return k
}

// overDynamics lifts f over any number of dynamic arguments, for a signature of
// params parameters. f must not keep the slice.
func overDynamics(params int, f func(args []dynamic.Value) dynamic.Value) function.Kernel {
	in := make([]types.Type, params)
	for i := range in {
		in[i] = types.Dynamic
	}
	return overValues(in, types.Dynamic, f)
}

// overValues lifts f over arguments that it gets as dynamic values, whatever
// their types.
func overValues[R column.Value](in []types.Type, out types.Type, f func(args []dynamic.Value) R) function.Kernel {
	return overValuesNull(in, out, func(args []dynamic.Value) (R, bool) { return f(args), true })
}

// overValuesNull is overValues for a function that may return a null: ok false.
func overValuesNull[R column.Value](in []types.Type, out types.Type, f func(args []dynamic.Value) (r R, ok bool)) function.Kernel {
	return rowWise(in, out, func(args []column.Column, n int) column.Column {
		views := dynamicViews(args)
		row := make([]dynamic.Value, len(views))
		vals, has := make([]R, n), make([]bool, n)
		for i := range vals {
			for j := range views {
				row[j] = views[j].At(i)
			}
			vals[i], has[i] = f(row)
		}
		return column.NewVec(out, vals, bitmapOf(has))
	})
}

// dynamicViews reads columns of any type as dynamic values.
func dynamicViews(args []column.Column) []column.View[dynamic.Value] {
	out := make([]column.View[dynamic.Value], len(args))
	for i, a := range args {
		out[i] = column.ViewOf[dynamic.Value](asDynamic(a))
	}
	return out
}

// viewsOf reads columns of one type.
func viewsOf[T column.Value](args []column.Column) []column.View[T] {
	out := make([]column.View[T], len(args))
	for i, a := range args {
		out[i] = column.ViewOf[T](a)
	}
	return out
}

// asDynamic returns c as type dynamic: each value keeps its type, ints become
// long, nulls become null, strings stay strings (they are not parsed). The form
// of the column stays.
func asDynamic(c column.Column) column.Column {
	if c.Type() == types.Dynamic {
		return c
	}
	switch c := c.(type) {
	case *column.Const:
		return &column.Const{One: asDynamic(c.One), N: c.N}
	case *column.Dict:
		if c.Values.Len() > len(c.Codes) {
			return asDynamic(column.Flat(c))
		}
		return &column.Dict{Codes: c.Codes, Values: asDynamic(c.Values)}
	case *column.Vec[bool]:
		return mapDynamic(c, dynamic.FromBool)
	case *column.Vec[float64]:
		return mapDynamic(c, dynamic.FromReal)
	case *column.Vec[string]:
		return mapDynamic(c, dynamic.FromString)
	case *column.Vec[types.Decimal128]:
		return mapDynamic(c, dynamic.FromDecimal)
	case *column.Vec[types.GUID128]:
		return mapDynamic(c, dynamic.FromGUID)
	case *column.Vec[int64]:
		switch c.Type() {
		case types.DateTime:
			return mapDynamic(c, dynamic.FromDateTime)
		case types.TimeSpan:
			return mapDynamic(c, dynamic.FromTimeSpan)
		}
		return mapDynamic(c, dynamic.FromLong)
	}
	return c
}

func mapDynamic[T column.Value](c *column.Vec[T], f func(T) dynamic.Value) column.Column {
	out := make([]dynamic.Value, len(c.Vals))
	for i, v := range c.Vals {
		if c.Valid.Has(i) {
			out[i] = f(v)
		}
	}
	return column.NewVec(types.Dynamic, out, nil)
}

// elementsOf reads a column of any type as dynamic values.
func elementsOf(c column.Column) column.View[dynamic.Value] {
	return column.ViewOf[dynamic.Value](asDynamic(c))
}
