package builtin

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesFilters declares the linear filters of series and the line through one.
func seriesFilters() []function.Scalar {
	d, b := types.Dynamic, types.Bool
	return []function.Scalar{
		{
			Doc: "Applies a finite impulse response filter to a series: each element becomes a sum of itself and those before it, weighted by the filter; normalized to a sum of weights of 1 unless told otherwise.",
			Overloads: []function.Overload{
				{Sig: "series_fir(series: array, filter: array, normalize?: bool, center?: bool): dynamic", Kernel: overValues([]types.Type{d, d, b, b}, d, filterSeries)},
			},
			Examples:   []string{`series_fir(dynamic([0,2,2]), dynamic([1,-1]), false) -> [0,2,0]`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Applies an infinite impulse response filter to a series, given by the numerators and denominators of its transfer function.",
			Overloads: []function.Overload{
				{Sig: "series_iir(series: array, numerators: array, denominators: array): dynamic", Kernel: overValues([]types.Type{d, d, d}, d, recurSeries)},
			},
			Examples:   []string{`series_iir(dynamic([1,2,3]), dynamic([1]), dynamic([1,-1])) -> [1.0,3.0,6.0]`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Fits a line to a series by least squares and returns how well it fits, the line's parameters and its values.",
			Overloads: []function.Overload{
				{Sig: "series_fit_line(series: array): dynamic", Kernel: function.Map1(d, d, func(v dynamic.Value) dynamic.Value { return fitLine(v).array() })},
			},
			Examples: []string{`series_fit_line(dynamic([1,2,3]))[1] -> 1`},
			Tuple:    "rsquare: real, slope: real, variance: real, rvariance: real, interception: real, line_fit: dynamic",
		},
		{
			Doc: "Fits a line to a series by least squares, as series_fit_line() does, and returns a property bag.",
			Overloads: []function.Overload{
				{Sig: "series_fit_line_dynamic(series: array): dynamic", Kernel: function.Map1(d, d, func(v dynamic.Value) dynamic.Value { return fitLine(v).bag() })},
			},
			Examples: []string{`series_fit_line_dynamic(dynamic([1,2,3])).slope -> 1.0`},
		},
	}
}

// filterSeries is series_fir(series, filter, normalize, center). Elements before
// the first and after the last count as 0.
func filterSeries(args []dynamic.Value) dynamic.Value {
	xs, okX := seriesNumbers(args[0])
	ws, okW := seriesNumbers(args[1])
	if !okX || !okW {
		return dynamic.Value{}
	}
	sum, negative := 0.0, false
	for _, w := range ws {
		sum += w
		negative = negative || w < 0
	}
	normalize, given := argument(args, 2).AsBool()
	if !given {
		normalize = !negative
	}
	if normalize && (negative || sum == 0) {
		return dynamic.Value{}
	}
	if !normalize {
		sum = 1
	}
	shift := 0
	if center, _ := argument(args, 3).AsBool(); center {
		shift = len(ws) / 2
	}
	whole := !normalize && allLongs(args[0]) && allLongs(args[1])
	var b dynamic.ArrayBuilder
	for i := range xs {
		y := 0.0
		for k, w := range ws {
			if j := i + shift - k; j >= 0 && j < len(xs) {
				y += w * xs[j]
			}
		}
		if whole {
			b.AppendLong(int64(y))
		} else {
			b.AppendReal(y / sum)
		}
	}
	return b.Value()
}

func allLongs(v dynamic.Value) bool {
	for _, e := range v.Elements() {
		if _, ok := e.AsLong(); !ok {
			return false
		}
	}
	return true
}

// recurSeries is series_iir(series, numerators, denominators).
func recurSeries(args []dynamic.Value) dynamic.Value {
	xs, okX := seriesNumbers(args[0])
	num, okN := seriesNumbers(args[1])
	den, okD := seriesNumbers(args[2])
	if !okX || !okN || !okD || den[0] == 0 {
		return dynamic.Value{}
	}
	ys := make([]float64, len(xs))
	var b dynamic.ArrayBuilder
	for i := range xs {
		y := 0.0
		for k, c := range num {
			if i >= k {
				y += c * xs[i-k]
			}
		}
		for k, c := range den[1:] {
			if i > k {
				y -= c * ys[i-k-1]
			}
		}
		ys[i] = y / den[0]
		b.AppendReal(ys[i])
	}
	return b.Value()
}

// lineFit is a line through a series by least squares. The variances are those
// of samples: of the series, and of its distance from the line. The values of a
// series stand at 1, 2, 3 …: the interception is before the first.
type lineFit struct {
	rsquare, slope, variance, rvariance, interception float64
	line                                              dynamic.Value
	ok                                                bool
}

func fitLine(v dynamic.Value) lineFit {
	ys, ok := seriesNumbers(v)
	if !ok || len(ys) < 2 {
		return lineFit{}
	}
	n := float64(len(ys))
	meanX, meanY := (n+1)/2, mean(ys)
	var xy, xx, yy float64
	for i, y := range ys {
		dx, dy := float64(i+1)-meanX, y-meanY
		xy, xx, yy = xy+dx*dy, xx+dx*dx, yy+dy*dy
	}
	f := lineFit{slope: xy / xx, variance: yy / (n - 1), ok: true}
	f.interception = meanY - f.slope*meanX
	residual := 0.0
	var b dynamic.ArrayBuilder
	for i, y := range ys {
		fit := f.at(i)
		residual += (y - fit) * (y - fit)
		b.AppendReal(fit)
	}
	f.line, f.rvariance, f.rsquare = b.Value(), residual/(n-1), 1
	if yy > 0 {
		f.rsquare = 1 - residual/yy
	}
	return f
}

// at returns the line at the value with index i.
func (f lineFit) at(i int) float64 { return f.interception + f.slope*float64(i+1) }

func (f lineFit) array() dynamic.Value {
	if !f.ok {
		return dynamic.Value{}
	}
	var b dynamic.ArrayBuilder
	for _, x := range []float64{f.rsquare, f.slope, f.variance, f.rvariance, f.interception} {
		b.AppendReal(x)
	}
	b.Append(f.line)
	return b.Value()
}

func (f lineFit) bag() dynamic.Value {
	if !f.ok {
		return dynamic.Value{}
	}
	var b dynamic.BagBuilder
	b.SetReal("rsquare", f.rsquare)
	b.SetReal("slope", f.slope)
	b.SetReal("variance", f.variance)
	b.SetReal("rvariance", f.rvariance)
	b.SetReal("interception", f.interception)
	b.Set("line_fit", f.line)
	return b.Value()
}
