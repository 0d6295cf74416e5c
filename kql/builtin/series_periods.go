package builtin

import (
	"cmp"
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// minPeriod is the shortest period that is looked for.
const minPeriod = 4

// seriesPeriods declares the search for periods and their validation.
func seriesPeriods() []function.Scalar {
	d, u := types.Dynamic, types.Unknown
	const tuple, example = "periods: dynamic, scores: dynamic", "dynamic([1,5,3,2,0,1,5,3,2,0,1,5,3,2,0,1,5,3,2,0])"
	return []function.Scalar{
		{
			Doc:      "Finds the most significant periods of a series, with scores from 0 to 1, best first.",
			Examples: []string{"series_periods_detect(" + example + ", 0, 9, 1)[0] -> [5.0]"},
			Tuple:    tuple,
			Overloads: []function.Overload{
				{
					Sig: "series_periods_detect(series: array, min_period: number, max_period: number, num_periods: number): dynamic",
					Kernel: overValues([]types.Type{d, u, u, u}, d, func(args []dynamic.Value) dynamic.Value {
						xs, ok := seriesNumbers(args[0])
						low, okL := args[1].ToReal()
						high, okH := args[2].ToReal()
						n, okN := args[3].ToLong()
						if !ok || !okL || !okH || !okN || n < 1 || n > int64(len(xs)) {
							return dynamic.Value{}
						}
						found := detectPeriods(xs, low, high)
						periods, scores := make([]float64, n), make([]float64, n)
						for i := range min(len(found), int(n)) {
							periods[i], scores[i] = float64(found[i].length), found[i].score
						}
						return arrayOf([]dynamic.Value{realSeries(periods), realSeries(scores)})
					}),
				},
			},
		},
		{
			Doc:      "Returns a score from 0 to 1 for each of the periods given: how much a series repeats itself after it.",
			Examples: []string{"series_periods_validate(" + example + ", 5.0, 3.0)[0] -> [5.0,3.0]"},
			Tuple:    tuple,
			Overloads: []function.Overload{
				{
					Sig:    "series_periods_validate(series: array, period...: number): dynamic",
					Kernel: overValues([]types.Type{d, u}, d, validatePeriods),
				},
			},
		},
	}
}

func validatePeriods(args []dynamic.Value) dynamic.Value {
	xs, ok := seriesNumbers(args[0])
	if !ok {
		return dynamic.Value{}
	}
	likeness := periodScores(xs)
	var periods, scores []float64
	for _, a := range args[1:] {
		p, _ := a.ToReal()
		score := 0.0
		if at := int(math.Round(p)); repeats(likeness, at, len(xs)) {
			score = likeness[at]
		}
		periods, scores = append(periods, p), append(scores, score)
	}
	return arrayOf([]dynamic.Value{realSeries(periods), realSeries(scores)})
}

// A period is a length with its score.
type period struct {
	length int
	score  float64
}

// detectPeriods returns the periods from low to high, best first.
func detectPeriods(xs []float64, low, high float64) []period {
	likeness := periodScores(xs)
	var found []period
	for p := minPeriod; p < len(likeness); p++ {
		if float64(p) >= low && float64(p) <= high && repeats(likeness, p, len(xs)) {
			found = append(found, period{p, likeness[p]})
		}
	}
	slices.SortStableFunc(found, func(a, b period) int { return cmp.Compare(b.score, a.score) })
	return found
}

// repeats reports whether a series of n elements is more like itself after p
// elements than after any number from half of that to one and a half. So a
// multiple of a period, or a ripple on the way to it, is none.
func repeats(likeness []float64, p, n int) bool {
	if p < minPeriod || 2*p >= n || p >= len(likeness) || likeness[p] == 0 {
		return false
	}
	for q := p / 2; q <= min(p+p/2, len(likeness)-1); q++ {
		if likeness[q] > likeness[p] || (q < p && likeness[q] == likeness[p]) {
			return false
		}
	}
	return true
}

// periodScores returns for each shift how much a series is like itself if moved in
// a circle: the autocorrelation, scaled so that its least value is 0 and its
// greatest, for no shift, is 1.
func periodScores(xs []float64) []float64 {
	mean := 0.0
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	values := make([]complex128, len(xs))
	for i, x := range xs {
		values[i] = complex(x-mean, 0)
	}
	spectrum := fourier(values, false)
	for i, x := range spectrum {
		spectrum[i] = complex(real(x)*real(x)+imag(x)*imag(x), 0)
	}
	shifted := fourier(spectrum, true)
	out := make([]float64, len(xs))
	least := math.Inf(1)
	for i, x := range shifted {
		out[i] = real(x)
		least = min(least, out[i])
	}
	if len(out) == 0 || !(out[0] > least) {
		return nil
	}
	spread := out[0] - least
	for i := range out {
		out[i] = (out[i] - least) / spread
	}
	return out
}
