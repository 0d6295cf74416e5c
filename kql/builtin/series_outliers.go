package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesOutliers declares the scores of outliers.
func seriesOutliers() []function.Scalar {
	d, s, u := types.Dynamic, types.String, types.Unknown
	return []function.Scalar{{
		Doc:        `Scores the elements of a series as outliers: how far they are beyond the range of most, by "ctukey" (between the 10th and the 90th percentile) or "tukey" (25th and 75th). Beyond 1.5 and -1.5 they are anomalies, beyond 3 and -3 strong ones.`,
		Examples:   []string{`series_outliers(dynamic([1,2,3,4,11]), "tukey") -> [-0.5,0.0,0.0,0.0,3.5]`},
		ResultName: function.NameFirstArgument,
		Overloads: []function.Overload{{
			Sig:    "series_outliers(series: array, kind?: string, ignore_val?: number): dynamic",
			Kernel: overValues([]types.Type{d, s, u}, d, outliers),
		}},
	}}
}

func outliers(args []dynamic.Value) dynamic.Value {
	if args[0].Kind() != dynamic.Array {
		return dynamic.Value{}
	}
	kind := "ctukey"
	if text, ok := argument(args, 1).AsString(); ok && text != "" {
		kind = text
	}
	ignored, ignores := argument(args, 2).ToReal()
	xs := make([]float64, args[0].Len())
	counts := make([]bool, len(xs))
	var known []float64
	for i, e := range args[0].Elements() {
		x, ok := numberOf(e)
		if ok && x == x && !(ignores && x == ignored) {
			xs[i], counts[i] = x, true
			known = append(known, x)
		}
	}
	scores, ok := outlierScores(xs, known, kind)
	if !ok {
		return dynamic.Value{}
	}
	for i := range scores {
		if !counts[i] {
			scores[i] = 0
		}
	}
	return realSeries(scores)
}

// customTukey is how many ranges between the 10th and the 90th percentile the
// engine counts as one between the 25th and the 75th, so that both kinds of
// scores mean about the same for what is distributed normally. Found in the
// engine's answers.
const customTukey = 0.36067156396620254

// outlierScores returns how far each of xs is beyond the percentiles of the
// elements known, in ranges between them; !ok if the kind is unknown.
func outlierScores(xs, known []float64, kind string) (scores []float64, ok bool) {
	low, high, unit := 0.1, 0.9, customTukey
	switch kind {
	case "ctukey":
	case "tukey":
		low, high, unit = 0.25, 0.75, 1
	default:
		return nil, false
	}
	scores = make([]float64, len(xs))
	if len(known) == 0 {
		return scores, true
	}
	sorted := slices.Sorted(slices.Values(known))
	bottom, top := linearQuantile(sorted, low), linearQuantile(sorted, high)
	unit *= top - bottom
	if unit == 0 {
		return scores, true
	}
	for i, x := range xs {
		if x > top {
			scores[i] = (x - top) / unit
		} else if x < bottom {
			scores[i] = (x - bottom) / unit
		}
	}
	return scores, true
}

// linearQuantile returns a quantile of sorted values, on the line between the two
// around it.
func linearQuantile(sorted []float64, quantile float64) float64 {
	at := quantile * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
