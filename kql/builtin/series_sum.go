package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesSums declares what makes one number of a series, or of two.
func seriesSums() []function.Scalar {
	d, r := types.Dynamic, types.Real
	one := func(name, doc, example string, f func(dynamic.Value) (float64, bool)) function.Scalar {
		return function.Scalar{Doc: doc, Examples: []string{example}, Overloads: []function.Overload{
			{Sig: name + "(series: array): real", Kernel: function.Map1Null(d, r, f)},
		}}
	}
	return []function.Scalar{
		one("series_sum", "Adds the elements of a series; null if one is no number.", `series_sum(dynamic([1,2.5])) -> 3.5`, sumArray),
		one("series_product", "Multiplies the elements of a series; null if one is no number.", `series_product(dynamic([2,2.5])) -> 5`, productOf),
		one("series_magnitude", "Returns the length of a series as a vector.", `series_magnitude(dynamic([3,4])) -> 5`, magnitude),
		{
			Doc: "Returns the dot product of two series, of which one may be a number.",
			Overloads: []function.Overload{
				{Sig: "series_dot_product(series1: array, series2: array): real", Kernel: overValuesNull([]types.Type{d, d}, r, dotProduct)},
				{Sig: "series_dot_product(series1: array, series2: number): real", Kernel: overValuesNull([]types.Type{d, types.Unknown}, r, dotProduct)},
				{Sig: "series_dot_product(series1: number, series2: array): real", Kernel: overValuesNull([]types.Type{types.Unknown, d}, r, dotProduct)},
			},
			Examples: []string{`series_dot_product(dynamic([1,2]), dynamic([3,4])) -> 11`},
		},
		{
			Doc: "Returns the cosine similarity of two series; their magnitudes may be given.",
			Overloads: []function.Overload{
				{Sig: "series_cosine_similarity(series1: array, series2: array, magnitude1?: real, magnitude2?: real): real", Kernel: overValuesNull([]types.Type{d, d, r, r}, r, cosineSimilarity)},
			},
			Examples: []string{`series_cosine_similarity(dynamic([1,0]), dynamic([1,0])) -> 1`},
		},
		{
			Doc: "Returns Pearson's correlation coefficient of two series; null if they differ in length.",
			Overloads: []function.Overload{
				{Sig: "series_pearson_correlation(series1: array, series2: array): real", Kernel: overValuesNull([]types.Type{d, d}, r, correlation)},
			},
			Examples: []string{`series_pearson_correlation(dynamic([1,2]), dynamic([2,4])) -> 1`},
		},
	}
}

// seriesNumbers returns the elements of a series; !ok if it is none, is empty or
// has an element that is no number.
func seriesNumbers(v dynamic.Value) (out []float64, ok bool) {
	for _, e := range v.Elements() {
		x, ok := numberOf(e)
		if !ok {
			return nil, false
		}
		out = append(out, x)
	}
	return out, len(out) > 0
}

func productOf(v dynamic.Value) (float64, bool) {
	xs, ok := seriesNumbers(v)
	p := 1.0
	for _, x := range xs {
		p *= x
	}
	return p, ok
}

func magnitude(v dynamic.Value) (float64, bool) {
	xs, ok := seriesNumbers(v)
	s := 0.0
	for _, x := range xs {
		s += x * x
	}
	return math.Sqrt(s), ok
}

// dotProduct goes as far as the shorter series and leaves out what is no
// number.
func dotProduct(args []dynamic.Value) (float64, bool) {
	a, b := args[0], args[1]
	n := min(lengthOr(a, math.MaxInt), lengthOr(b, math.MaxInt))
	if n == 0 || n == math.MaxInt {
		return 0, false
	}
	at := func(v dynamic.Value, i int) (float64, bool) {
		if v.Kind() == dynamic.Array {
			return numberOf(v.Index(i))
		}
		return numberOf(v)
	}
	sum := 0.0
	for i := range n {
		x, okX := at(a, i)
		y, okY := at(b, i)
		if okX && okY {
			sum += x * y
		}
	}
	return sum, true
}

// lengthOr returns the length of an array, n if v is a number, else 0.
func lengthOr(v dynamic.Value, n int) int {
	if isNumber(v) {
		return n
	}
	if v.Kind() != dynamic.Array {
		return 0
	}
	return v.Len()
}

// cosineSimilarity leaves out what is no number and the rest of the longer series.
func cosineSimilarity(args []dynamic.Value) (float64, bool) {
	a, b := args[0], args[1]
	n := min(lengthOr(a, 0), lengthOr(b, 0))
	if n == 0 {
		return 0, false
	}
	var xy, xx, yy float64
	for i := range n {
		x, okX := numberOf(a.Index(i))
		y, okY := numberOf(b.Index(i))
		if okX {
			xx += x * x
		}
		if okY {
			yy += y * y
		}
		if okX && okY {
			xy += x * y
		}
	}
	sizes := [2]float64{math.Sqrt(xx), math.Sqrt(yy)}
	for i := range sizes {
		if m, ok := argument(args, i+2).AsReal(); ok {
			sizes[i] = m
		}
	}
	return xy / (sizes[0] * sizes[1]), true
}

func correlation(args []dynamic.Value) (float64, bool) {
	xs, okX := seriesNumbers(args[0])
	ys, okY := seriesNumbers(args[1])
	if !okX || !okY || len(xs) != len(ys) {
		return 0, false
	}
	meanX, meanY := mean(xs), mean(ys)
	var xy, xx, yy float64
	for i, x := range xs {
		dx, dy := x-meanX, ys[i]-meanY
		xy, xx, yy = xy+dx*dy, xx+dx*dx, yy+dy*dy
	}
	return xy / math.Sqrt(xx*yy), true
}

func mean(xs []float64) float64 {
	s := 0.0
	for _, x := range xs {
		s += x
	}
	return s / float64(len(xs))
}
