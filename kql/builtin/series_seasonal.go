package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seasonalThreshold is the least score of a period that series_seasonal() finds
// itself.
const seasonalThreshold = 0.7

// autoPeriod asks for the period to be found.
const autoPeriod = -1

// seriesSeasonals declares the seasonal component of a series.
func seriesSeasonals() []function.Scalar {
	d, u := types.Dynamic, types.Unknown
	return []function.Scalar{{
		Doc:      "Returns the seasonal component of a series: the median of the elements at the same place of each period. A period of -1, as if not given, is looked for.",
		Examples: []string{"series_seasonal(dynamic([1,3,5,1,3,5,2,4,6]), 3) -> [1.0,3.0,5.0,1.0,3.0,5.0,1.0,3.0,5.0]"},
		Overloads: []function.Overload{
			{
				Sig: "series_seasonal(series: array, period?: integer, test_points?: integer): dynamic",
				Kernel: overValues([]types.Type{d, u, u}, d, func(args []dynamic.Value) dynamic.Value {
					xs, ok := seriesNumbers(args[0])
					period, okP := wholeArgument(args, 1, autoPeriod, autoPeriod, len(xs))
					test, okT := wholeArgument(args, 2, 0, 0, len(xs))
					if !ok {
						return dynamic.Value{}
					}
					if !okP || !okT {
						period, test = 0, 0
					}
					return realSeries(seasonal(xs, len(xs)-test, period, seasonalThreshold))
				}),
			},
		},
	}}
}

// seasonal returns the seasonal component of xs, of which the first known
// elements are learnt from; zeros if there is no period.
func seasonal(xs []float64, known, period int, threshold float64) []float64 {
	out := make([]float64, len(xs))
	if period == autoPeriod {
		period = 0
		if found := detectPeriods(xs[:known], 0, float64(known)/2); len(found) > 0 && found[0].score >= threshold {
			period = found[0].length
		}
	}
	if period <= 0 || period > known {
		return out
	}
	for phase := range period {
		var same []float64
		for i := phase; i < known; i += period {
			same = append(same, xs[i])
		}
		m := medianOf(same)
		for i := phase; i < len(out); i += period {
			out[i] = m
		}
	}
	return out
}

// medianOf returns the middle of xs, which it sorts.
func medianOf(xs []float64) float64 {
	slices.Sort(xs)
	n := len(xs)
	if n%2 == 1 {
		return xs[n/2]
	}
	return (xs[n/2-1] + xs[n/2]) / 2
}
