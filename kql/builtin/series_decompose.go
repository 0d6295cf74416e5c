package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// decomposeThreshold is the least score of a period that series_decompose()
// finds itself, if not given.
const decomposeThreshold = 0.6

// seriesDecomposition declares what takes a series apart: into what repeats
// itself, a trend and the rest.
func seriesDecomposition() []function.Scalar {
	d, u, s := types.Dynamic, types.Unknown, types.String
	return []function.Scalar{
		{
			Doc:      "Takes a series apart into a seasonal component, a trend (avg, linefit or none) and residuals; the baseline is the sum of the first two. Elements at the end may be kept from the learning.",
			Examples: []string{`series_decompose(dynamic([1,2,3,4]), 0, "linefit")[2] -> [1.0,2.0,3.0,4.0]`},
			Tuple:    "baseline: dynamic, seasonal: dynamic, trend: dynamic, residual: dynamic",
			Overloads: []function.Overload{{
				Sig: "series_decompose(series: array, period?: number, trend?: string, test_points?: number, seasonality_threshold?: number): dynamic",
				Kernel: overValues([]types.Type{d, u, s, u, u}, d, func(args []dynamic.Value) dynamic.Value {
					return decompose(args[0], "avg", argsAt(args, 1, 2, 3, 4)).components()
				}),
			}},
		},
		{
			Doc:      "Predicts the last elements of a series from the others: the baseline of series_decompose(), by default with a linear trend.",
			Examples: []string{`series_decompose_forecast(dynamic([1,2,3,0]), 1, 0)[0] -> [1.0,2.0,3.0,4.0]`},
			Tuple:    "baseline: dynamic, seasonal: dynamic, trend: dynamic, residual: dynamic",
			Overloads: []function.Overload{{
				Sig: "series_decompose_forecast(series: array, test_points: number, period?: number, trend?: string, seasonality_threshold?: number): dynamic",
				Kernel: overValues([]types.Type{d, u, u, s, u}, d, func(args []dynamic.Value) dynamic.Value {
					return decompose(args[0], "linefit", argsAt(args, 2, 3, 1, 4)).components()
				}),
			}},
		},
		{
			Doc:      "Marks the anomalies of a series, 1 or -1, with their scores, by the outliers among the residuals of series_decompose().",
			Examples: []string{`series_decompose_anomalies(dynamic([1,1,2,1,2,1,2,1,2,1,90]), 1.5, 0)[0] -> [0,0,0,0,0,0,0,0,0,0,1]`},
			Tuple:    "ad_flag: dynamic, ad_score: dynamic, baseline: dynamic",
			Overloads: []function.Overload{{
				Sig:    "series_decompose_anomalies(series: array, threshold?: number, period?: number, trend?: string, test_points?: number, method?: string, seasonality_threshold?: number): dynamic",
				Kernel: overValues([]types.Type{d, u, u, s, u, s, u}, d, anomalies),
			}},
		},
	}
}

// decomposing are the arguments that the functions share: period, trend, test
// points and threshold; absent ones are nil.
type decomposing [4][]dynamic.Value

// argsAt picks arguments by position.
func argsAt(args []dynamic.Value, positions ...int) (d decomposing) {
	for i, p := range positions {
		if p < len(args) {
			d[i] = args[p : p+1]
		}
	}
	return d
}

// A decomposition holds the components of a series.
type decomposition struct {
	baseline, seasonal, trend, residual []float64
}

// decompose returns nil components if an argument is invalid. kind is the trend
// if none is given.
func decompose(series dynamic.Value, kind string, with decomposing) decomposition {
	xs, ok := seriesNumbers(series)
	period, okP := wholeArgument(with[0], 0, autoPeriod, autoPeriod, len(xs))
	if len(with[1]) > 0 {
		kind, _ = with[1][0].AsString()
	}
	test, okT := wholeArgument(with[2], 0, 0, 0, len(xs)-1)
	threshold, okS := realArgument(with[3], 0, decomposeThreshold)
	if !ok || !okP || !okT || !okS {
		return decomposition{}
	}
	known := len(xs) - test
	d := decomposition{seasonal: seasonal(xs, known, period, threshold)}
	rest := make([]float64, len(xs))
	for i, x := range xs {
		rest[i] = x - d.seasonal[i]
	}
	if d.trend, ok = trendOf(rest, known, kind); !ok {
		return decomposition{}
	}
	for i, x := range xs {
		d.baseline = append(d.baseline, d.seasonal[i]+d.trend[i])
		d.residual = append(d.residual, x-d.baseline[i])
	}
	return d
}

// trendOf returns the trend of xs as learnt from the first known elements; !ok
// if there is no such kind of trend.
func trendOf(xs []float64, known int, kind string) (trend []float64, ok bool) {
	trend = make([]float64, len(xs))
	switch kind {
	case "none":
	case "avg":
		m := mean(xs[:known])
		for i := range trend {
			trend[i] = m
		}
	case "linefit":
		f := fitLine(realSeries(xs[:known]))
		if !f.ok {
			return nil, false
		}
		for i := range trend {
			trend[i] = f.at(i)
		}
	default:
		return nil, false
	}
	return trend, true
}

func (d decomposition) components() dynamic.Value {
	if d.baseline == nil {
		return dynamic.Value{}
	}
	return arrayOf([]dynamic.Value{realSeries(d.baseline), realSeries(d.seasonal), realSeries(d.trend), realSeries(d.residual)})
}

// anomalies is series_decompose_anomalies().
func anomalies(args []dynamic.Value) dynamic.Value {
	threshold, ok := realArgument(args, 1, 1.5)
	method := "ctukey"
	if len(args) > 5 {
		method, _ = args[5].AsString()
	}
	d := decompose(args[0], "avg", argsAt(args, 2, 3, 4, 6))
	if !ok || d.baseline == nil {
		return dynamic.Value{}
	}
	test, _ := wholeArgument(args, 4, 0, 0, len(d.baseline)-1)
	fences, ok := fencesOfKind(method)
	if !ok {
		return dynamic.Value{}
	}
	scores := fences.scores(d.residual, d.residual[:len(d.residual)-test])
	var flags dynamic.ArrayBuilder
	for _, s := range scores {
		switch {
		case s > threshold:
			flags.AppendLong(1)
		case s < -threshold:
			flags.AppendLong(-1)
		default:
			flags.AppendLong(0)
		}
	}
	return arrayOf([]dynamic.Value{flags.Value(), realSeries(scores), realSeries(d.baseline)})
}

// seriesAnalysis declares what finds patterns in a series.
func seriesAnalysis() function.Family {
	return function.Family{Title: "Time series analysis", Scalars: slices.Concat(
		seriesTransforms(), seriesPeriods(), seriesSeasonals(), seriesDecomposition(), seriesOutliers(), seriesTwoLines(), seriesPolynomials(),
	)}
}
