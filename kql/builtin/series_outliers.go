package builtin

import (
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesOutliers declares the scores of outliers.
func seriesOutliers() []function.Scalar {
	d, s, u := types.Dynamic, types.String, types.Unknown
	return []function.Scalar{{
		Doc:        `Scores the elements of a series as outliers: how far they are beyond the range of most, by "ctukey" (between the 10th and the 90th percentile) or "tukey" (25th and 75th). Beyond 1.5 and -1.5 they are anomalies, beyond 3 and -3 strong ones. "ctukey" takes other percentiles, from 2 to 98.`,
		Examples:   []string{`series_outliers(dynamic([1,2,3,4,11]), "tukey") -> [-0.5,0.0,0.0,0.0,3.5]`},
		ResultName: function.NameFirstArgument,
		Overloads: []function.Overload{{
			Sig:    "series_outliers(series: array, kind?: string, ignore_val?: number): dynamic",
			Kernel: overValues([]types.Type{d, s, u}, d, outliers),
		}, {
			Sig:    "series_outliers(series: array, kind: string, ignore_val: number, min_percentile: number, max_percentile?: number, test_points?: integer): dynamic",
			Kernel: overValues([]types.Type{d, s, u, u, u, u}, d, outliers),
		}},
	}}
}

func outliers(args []dynamic.Value) dynamic.Value {
	fences, ok := fencesOf(args)
	if args[0].Kind() != dynamic.Array || !ok {
		return dynamic.Value{}
	}
	ignored, ignores := argument(args, 2).ToReal()
	learn := args[0].Len()
	if test, ok := argument(args, 5).ToLong(); ok {
		learn -= int(min(max(test, 0), int64(learn)))
	}
	xs := make([]float64, args[0].Len())
	counts := make([]bool, len(xs))
	var known []float64
	for i, e := range args[0].Elements() {
		x, ok := numberOf(e)
		if !ok || x != x || ignores && x == ignored {
			continue
		}
		xs[i], counts[i] = x, true
		if i < learn {
			known = append(known, x)
		}
	}
	scores := fences.scores(xs, known)
	for i := range scores {
		if !counts[i] {
			scores[i] = 0
		}
	}
	return realSeries(scores)
}

// fencesOf returns how the arguments of series_outliers() want outliers to be
// found; !ok if they make no sense.
func fencesOf(args []dynamic.Value) (tukeyFences, bool) {
	kind := "ctukey"
	if text, ok := argument(args, 1).AsString(); ok && text != "" {
		kind = text
	}
	f, ok := fencesOfKind(kind)
	if !ok || kind != "ctukey" {
		return f, ok
	}
	low, hasLow := argument(args, 3).ToReal()
	high, hasHigh := argument(args, 4).ToReal()
	if !hasLow && !hasHigh {
		return f, true
	}
	if !hasLow {
		low = 100 * f.low
	}
	if !hasHigh {
		high = 100 * f.high
	}
	const least, most = 2, 98 // Source: the Kusto documentation, "series_outliers()".
	if !(least <= low && low < high && high <= most) {
		return f, false
	}
	return customFences(low/100, high/100), true
}

// tukeyFences say how Tukey's test scores a value: 0 between two quantiles, and
// beyond them its distance in units, each this part of the range between the two.
type tukeyFences struct {
	low, high, unit float64
}

// customTukey is how many ranges between the 10th and the 90th percentile the
// engine counts as one between the 25th and the 75th, so that both kinds of
// scores mean about the same for what is distributed normally. Found in the
// engine's answers.
const customTukey = 0.36067156396620254

// fencesOfKind returns the fences of a method by its name; !ok if it is unknown.
func fencesOfKind(kind string) (tukeyFences, bool) {
	switch kind {
	case "ctukey":
		return tukeyFences{0.1, 0.9, customTukey}, true
	case "tukey":
		return tukeyFences{0.25, 0.75, 1}, true
	}
	return tukeyFences{}, false
}

// customFences returns the fences at other quantiles, of which no answer of the
// engine is known: what scores 1.5 of normally distributed values is where it is
// with the 10th and the 90th percentile.
func customFences(low, high float64) tukeyFences {
	tenth := standardNormalQuantile(0.9)
	fence := tenth + 1.5*customTukey*2*tenth
	size := standardNormalQuantile(high) - standardNormalQuantile(low)
	return tukeyFences{low, high, (fence - size/2) / (1.5 * size)}
}

// standardNormalQuantile returns the value below which a standard normal variable
// is with a probability.
func standardNormalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// scores returns how far each of xs is beyond the quantiles of the elements known.
func (f tukeyFences) scores(xs, known []float64) []float64 {
	scores := make([]float64, len(xs))
	if len(known) == 0 {
		return scores
	}
	sorted := slices.Sorted(slices.Values(known))
	bottom, top := linearQuantile(sorted, f.low), linearQuantile(sorted, f.high)
	unit := f.unit * (top - bottom)
	if unit == 0 {
		return scores
	}
	for i, x := range xs {
		if x > top {
			scores[i] = (x - top) / unit
		} else if x < bottom {
			scores[i] = (x - bottom) / unit
		}
	}
	return scores
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
