package builtin

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesFills declares what replaces missing elements of a series: nulls, or
// those equal to a placeholder.
func seriesFills() []function.Scalar {
	d, u, b := types.Dynamic, types.Unknown, types.Bool
	declare := func(doc, example, sig string, in []types.Type, f func(args []dynamic.Value) dynamic.Value) function.Scalar {
		return function.Scalar{Doc: doc, Examples: []string{example}, ResultName: function.NameFirstArgument, Overloads: []function.Overload{
			{Sig: sig, Kernel: overValues(in, d, f)},
		}}
	}
	return []function.Scalar{
		declare("Replaces missing elements of a series by the one before.", `series_fill_forward(dynamic([null,1,null])) -> [null,1,1]`,
			"series_fill_forward(series: array, placeholder?: number): dynamic", []types.Type{d, u}, fillForward),
		declare("Replaces missing elements of a series by the one after.", `series_fill_backward(dynamic([null,1,null])) -> [1,1,null]`,
			"series_fill_backward(series: array, placeholder?: number): dynamic", []types.Type{d, u}, fillBackward),
		declare("Replaces missing elements of a series by a constant, 0 if not given.", `series_fill_const(dynamic([null,1]), -1) -> [-1,1]`,
			"series_fill_const(series: array, constant_value?: number, placeholder?: number): dynamic", []types.Type{d, u, u}, fillConst),
		declare("Replaces missing elements of a series by values on the line between those around them.", `series_fill_linear(dynamic([1.0,null,2.0])) -> [1.0,1.5,2.0]`,
			"series_fill_linear(series: array, placeholder?: number, fill_edges?: bool, constant_value?: number): dynamic", []types.Type{d, u, b, u}, fillLinear),
	}
}

// argument returns args[i], null if there are fewer.
func argument(args []dynamic.Value, i int) dynamic.Value {
	if i < len(args) {
		return args[i]
	}
	return dynamic.Value{}
}

// seriesElements returns the elements of a series, and which of them are
// missing: equal to the placeholder, or null if that is null.
func seriesElements(v, placeholder dynamic.Value) (vals []dynamic.Value, missing []bool) {
	for _, e := range v.Elements() {
		vals, missing = append(vals, e), append(missing, sameElement(e, placeholder))
	}
	return vals, missing
}

func fillForward(args []dynamic.Value) dynamic.Value {
	return fillFrom(args, func(n, i int) int { return i })
}

func fillBackward(args []dynamic.Value) dynamic.Value {
	return fillFrom(args, func(n, i int) int { return n - 1 - i })
}

// fillFrom goes over the elements in the order of at and replaces missing ones
// by the last that was not.
func fillFrom(args []dynamic.Value, at func(n, i int) int) dynamic.Value {
	if args[0].Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	last := argument(args, 1)
	vals, missing := seriesElements(args[0], last)
	for i := range vals {
		j := at(len(vals), i)
		if missing[j] {
			vals[j] = last
		}
		last = vals[j]
	}
	return arrayOf(vals)
}

func fillConst(args []dynamic.Value) dynamic.Value {
	if args[0].Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	fill := dynamic.FromLong(0)
	if len(args) > 1 {
		fill = args[1]
	}
	vals, missing := seriesElements(args[0], argument(args, 2))
	for i := range vals {
		if missing[i] {
			vals[i] = fill
		}
	}
	return arrayOf(vals)
}

// fillLinear is series_fill_linear(series, placeholder, fill_edges, constant).
// Whole numbers stay whole.
func fillLinear(args []dynamic.Value) dynamic.Value {
	if args[0].Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	placeholder := argument(args, 1)
	edges := true
	if e, ok := argument(args, 2).AsBool(); ok {
		edges = e
	}
	vals, missing := seriesElements(args[0], placeholder)
	var known []int
	whole := true
	for i, v := range vals {
		if isNumber(v) && !missing[i] {
			known = append(known, i)
			_, isLong := v.AsLong()
			whole = whole && isLong
		}
	}
	if len(known) == 0 {
		constant := dynamic.FromReal(0)
		if len(args) > 3 {
			constant = args[3]
		}
		for i := range vals {
			vals[i] = constant
		}
		return arrayOf(vals)
	}
	for k := 1; k < len(known); k++ {
		interpolate(vals, known[k-1], known[k], whole)
	}
	first, last := known[0], known[len(known)-1]
	for i := range vals {
		switch {
		case i >= first && i <= last:
		case !edges:
			vals[i] = placeholder
		case i < first:
			vals[i] = vals[first]
		default:
			vals[i] = vals[last]
		}
	}
	return arrayOf(vals)
}

// interpolate fills the elements between two known ones.
func interpolate(vals []dynamic.Value, from, to int, whole bool) {
	a, _ := vals[from].ToReal()
	b, _ := vals[to].ToReal()
	for i := from + 1; i < to; i++ {
		x := a + (b-a)*float64(i-from)/float64(to-from)
		if whole {
			vals[i] = dynamic.FromLong(int64(x))
		} else {
			vals[i] = dynamic.FromReal(x)
		}
	}
}
