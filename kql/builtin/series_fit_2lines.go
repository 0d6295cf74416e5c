package builtin

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesTwoLines declares the fit of two lines, a column for each figure, and as
// a property bag.
func seriesTwoLines() []function.Scalar {
	d := types.Dynamic
	const example = "dynamic([1,2,3,9,8,7])"
	return []function.Scalar{
		{
			Doc:      "Fits two lines to a series, one up to where it breaks and one from there, so that they fit best.",
			Examples: []string{"series_fit_2lines(" + example + ")[1] -> 3"},
			Tuple: "rsquare: real, split_idx: long, variance: real, rvariance: real, line_fit: dynamic, " +
				"right_rsquare: real, right_slope: real, right_interception: real, right_variance: real, right_rvariance: real, " +
				"left_rsquare: real, left_slope: real, left_interception: real, left_variance: real, left_rvariance: real",
			Overloads: []function.Overload{
				{Sig: "series_fit_2lines(series: array): dynamic", Kernel: function.Map1(d, d, func(v dynamic.Value) dynamic.Value { return fitTwoLines(v).array() })},
			},
		},
		{
			Doc:      "Fits two lines to a series, as series_fit_2lines() does, and returns a property bag.",
			Examples: []string{"series_fit_2lines_dynamic(" + example + ").left.slope -> 1.0"},
			Overloads: []function.Overload{
				{Sig: "series_fit_2lines_dynamic(series: array): dynamic", Kernel: function.Map1(d, d, func(v dynamic.Value) dynamic.Value { return fitTwoLines(v).bag() })},
			},
		},
	}
}

// A twoLines is a pair of lines that fit a series before and from split.
type twoLines struct {
	whole, left, right lineFit
	split              int
	line               dynamic.Value
}

func fitTwoLines(v dynamic.Value) (best twoLines) {
	ys, ok := seriesNumbers(v)
	if !ok || len(ys) < 4 {
		return twoLines{}
	}
	least := 0.0
	for split := 2; split <= len(ys)-2; split++ {
		left, right := fitLine(realSeries(ys[:split])), fitLine(realSeries(ys[split:]))
		residual := left.rvariance*float64(split-1) + right.rvariance*float64(len(ys)-split-1)
		if split == 2 || residual < least {
			least, best = residual, twoLines{left: left, right: right, split: split}
		}
	}
	best.whole = fitLine(v)
	n := float64(len(ys) - 1)
	best.whole.rvariance, best.whole.rsquare = least/n, 1
	if best.whole.variance > 0 {
		best.whole.rsquare = 1 - best.whole.rvariance/best.whole.variance
	}
	var b dynamic.ArrayBuilder
	for _, part := range []dynamic.Value{best.left.line, best.right.line} {
		for _, e := range part.Elements() {
			b.Append(e)
		}
	}
	best.line = b.Value()
	return best
}

func (f twoLines) array() dynamic.Value {
	if !f.whole.ok {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	b.AppendReal(f.whole.rsquare)
	b.AppendLong(int64(f.split))
	b.AppendReal(f.whole.variance)
	b.AppendReal(f.whole.rvariance)
	b.Append(f.line)
	for _, side := range []lineFit{f.right, f.left} {
		for _, x := range []float64{side.rsquare, side.slope, side.interception, side.variance, side.rvariance} {
			b.AppendReal(x)
		}
	}
	return b.Value()
}

func (f twoLines) bag() dynamic.Value {
	if !f.whole.ok {
		return dynamic.Value{}
	}
	side := func(l lineFit) dynamic.Value {
		var b dynamic.BagBuilder
		b.SetReal("rsquare", l.rsquare)
		b.SetReal("slope", l.slope)
		b.SetReal("interception", l.interception)
		b.SetReal("variance", l.variance)
		b.SetReal("rvariance", l.rvariance)
		return b.Value()
	}
	var b dynamic.BagBuilder
	b.SetReal("rsquare", f.whole.rsquare)
	b.SetLong("split_idx", int64(f.split))
	b.SetReal("variance", f.whole.variance)
	b.SetReal("rvariance", f.whole.rvariance)
	b.Set("line_fit", f.line)
	b.Set("right", side(f.right))
	b.Set("left", side(f.left))
	return b.Value()
}
