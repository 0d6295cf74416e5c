package builtin

import (
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesFunctions declares the functions that treat an array of numbers element
// by element, or sum it up. An element that is no number gives null.
func seriesFunctions() function.Family {
	return function.Family{Title: "Series functions", Scalars: slices.Concat(
		seriesUnary(), seriesArithmetic(), seriesRelations(), seriesSums(), seriesFills(), seriesStatistics(), seriesFilters(),
	)}
}

func seriesUnary() []function.Scalar {
	d := types.Dynamic
	each := func(name, doc, example string, f func(float64) float64) function.Scalar {
		return function.Scalar{Doc: doc, Examples: []string{example}, Overloads: []function.Overload{
			{Sig: name + "(series: array): dynamic", Kernel: function.Map1(d, d, func(v dynamic.Value) dynamic.Value { return mapSeries(v, f) })},
		}}
	}
	sign := function.Scalar{
		Doc:      "Returns the signs of the elements of a series: -1, 0 or 1.",
		Examples: []string{`series_sign(dynamic([-6,0,8])) -> [-1,0,1]`},
		Overloads: []function.Overload{
			{Sig: "series_sign(series: array): dynamic", Kernel: function.Map1(d, d, signSeries)},
		},
	}
	return []function.Scalar{
		each("series_abs", "Returns the absolute values of the elements of a series.", `series_abs(dynamic([-6.5,8.5])) -> [6.5,8.5]`, math.Abs),
		each("series_acos", "Returns the arc cosines of the elements of a series.", `series_acos(dynamic([1])) -> [0.0]`, arcCosine),
		each("series_asin", "Returns the arc sines of the elements of a series.", `series_asin(dynamic([0])) -> [0.0]`, arcSine),
		each("series_atan", "Returns the arc tangents of the elements of a series.", `series_atan(dynamic([0])) -> [0.0]`, arcTangent),
		each("series_ceiling", "Rounds the elements of a series up.", `series_ceiling(dynamic([-1.5,2.5])) -> [-1.0,3.0]`, math.Ceil),
		each("series_cos", "Returns the cosines of the elements of a series.", `series_cos(dynamic([0])) -> [1.0]`, cosine),
		each("series_exp", "Returns e to the powers of the elements of a series.", `series_exp(dynamic([0])) -> [1.0]`, exponential),
		each("series_floor", "Rounds the elements of a series down.", `series_floor(dynamic([-1.5,2.5])) -> [-2.0,2.0]`, math.Floor),
		each("series_log", "Returns the natural logarithms of the elements of a series.", `series_log(dynamic([1])) -> [0.0]`, naturalLogarithm()),
		each("series_sin", "Returns the sines of the elements of a series.", `series_sin(dynamic([0])) -> [0.0]`, sine),
		each("series_tan", "Returns the tangents of the elements of a series.", `series_tan(dynamic([0])) -> [0.0]`, tangent),
		sign,
	}
}

// numberOf returns the number that an element holds.
func numberOf(v dynamic.Value) (float64, bool) {
	if !isNumber(v) {
		return 0, false
	}
	return v.ToReal()
}

func mapSeries(v dynamic.Value, f func(float64) float64) dynamic.Value {
	if v.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	for _, e := range v.Elements() {
		if x, ok := numberOf(e); ok {
			b.AppendReal(f(x))
		} else {
			b.AppendNull()
		}
	}
	return b.Value()
}

func signSeries(v dynamic.Value) dynamic.Value {
	if v.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	for _, e := range v.Elements() {
		x, ok := numberOf(e)
		switch {
		case !ok || x != x:
			b.AppendNull()
		case x > 0:
			b.AppendLong(1)
		case x < 0:
			b.AppendLong(-1)
		default:
			b.AppendLong(0)
		}
	}
	return b.Value()
}

// seriesPair declares a function over two series, of which one may be a number
// that stands for a series of it.
func seriesPair(name, doc, example string, put func(b *dynamic.ArrayBuilder, x, y dynamic.Value)) function.Scalar {
	d, u := types.Dynamic, types.Unknown
	run := func(args []dynamic.Value) dynamic.Value { return zipSeries(args[0], args[1], put) }
	return function.Scalar{Doc: doc, Examples: []string{example}, Overloads: []function.Overload{
		{Sig: name + "(series1: array, series2: array): dynamic", Kernel: overValues([]types.Type{d, d}, d, run)},
		{Sig: name + "(series1: array, series2: number): dynamic", Kernel: overValues([]types.Type{d, u}, d, run)},
		{Sig: name + "(series1: number, series2: array): dynamic", Kernel: overValues([]types.Type{u, d}, d, run)},
	}}
}

// zipSeries puts an element for each pair, as many as the longer series has.
func zipSeries(a, b dynamic.Value, put func(out *dynamic.ArrayBuilder, x, y dynamic.Value)) dynamic.Value {
	at := func(v dynamic.Value, i int) dynamic.Value {
		if v.Kind() == dynamic.Array {
			return v.Index(i)
		}
		return v
	}
	if a.Kind() != dynamic.Array && b.Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	var out dynamic.ArrayBuilder
	for i := range max(a.Len(), b.Len()) {
		x, y := at(a, i), at(b, i)
		if isNumber(x) && isNumber(y) {
			put(&out, x, y)
		} else {
			out.AppendNull()
		}
	}
	return out.Value()
}

func seriesArithmetic() []function.Scalar {
	exact := func(longs func(x, y int64) int64, reals func(x, y float64) float64) func(*dynamic.ArrayBuilder, dynamic.Value, dynamic.Value) {
		return func(b *dynamic.ArrayBuilder, x, y dynamic.Value) {
			m, okX := x.AsLong()
			n, okY := y.AsLong()
			if okX && okY {
				b.AppendLong(longs(m, n))
				return
			}
			b.AppendReal(onReals(x, y, reals))
		}
	}
	real := func(reals func(x, y float64) float64) func(*dynamic.ArrayBuilder, dynamic.Value, dynamic.Value) {
		return func(b *dynamic.ArrayBuilder, x, y dynamic.Value) { b.AppendReal(onReals(x, y, reals)) }
	}
	return []function.Scalar{
		seriesPair("series_add", "Adds two series element by element.", `series_add(dynamic([1,2]), dynamic([3,4])) -> [4,6]`,
			exact(func(x, y int64) int64 { return x + y }, func(x, y float64) float64 { return x + y })),
		seriesPair("series_subtract", "Subtracts one series from another element by element.", `series_subtract(dynamic([3,4]), 1) -> [2,3]`,
			exact(func(x, y int64) int64 { return x - y }, func(x, y float64) float64 { return x - y })),
		seriesPair("series_multiply", "Multiplies two series element by element.", `series_multiply(dynamic([1,2]), dynamic([3,4])) -> [3,8]`,
			exact(func(x, y int64) int64 { return x * y }, func(x, y float64) float64 { return x * y })),
		seriesPair("series_divide", "Divides one series by another element by element, as reals.", `series_divide(dynamic([1,2]), dynamic([2,4])) -> [0.5,0.5]`,
			real(func(x, y float64) float64 { return x / y })),
		seriesPair("series_pow", "Raises one series to the powers of another element by element.", `series_pow(dynamic([2,3]), 2) -> [4.0,9.0]`,
			real(power)),
	}
}

func onReals(x, y dynamic.Value, f func(x, y float64) float64) float64 {
	a, _ := x.ToReal()
	b, _ := y.ToReal()
	return f(a, b)
}

func seriesRelations() []function.Scalar {
	relation := func(name, doc, example string, holds func(x, y float64) bool) function.Scalar {
		return seriesPair(name, doc, example, func(b *dynamic.ArrayBuilder, x, y dynamic.Value) {
			u, _ := x.ToReal()
			v, _ := y.ToReal()
			b.AppendBool(holds(u, v))
		})
	}
	return []function.Scalar{
		relation("series_equals", "Compares two series element by element: equal.", `series_equals(dynamic([1,2]), dynamic([1,3])) -> [true,false]`, func(x, y float64) bool { return x == y }),
		relation("series_not_equals", "Compares two series element by element: not equal.", `series_not_equals(dynamic([1,2]), dynamic([1,3])) -> [false,true]`, func(x, y float64) bool { return x != y }),
		relation("series_greater", "Compares two series element by element: greater.", `series_greater(dynamic([1,2]), 1) -> [false,true]`, func(x, y float64) bool { return x > y }),
		relation("series_greater_equals", "Compares two series element by element: greater or equal.", `series_greater_equals(dynamic([1,2]), 2) -> [false,true]`, func(x, y float64) bool { return x >= y }),
		relation("series_less", "Compares two series element by element: less.", `series_less(dynamic([1,2]), 2) -> [true,false]`, func(x, y float64) bool { return x < y }),
		relation("series_less_equals", "Compares two series element by element: less or equal.", `series_less_equals(dynamic([1,2]), 1) -> [true,false]`, func(x, y float64) bool { return x <= y }),
	}
}
