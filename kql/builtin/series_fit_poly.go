package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// seriesPolynomials declares the fit of a polynomial.
func seriesPolynomials() []function.Scalar {
	d, u := types.Dynamic, types.Unknown
	return []function.Scalar{{
		Doc:      "Fits a polynomial of a degree, 1 if not given, to a series by least squares. Where there is no second series, the elements are at 1, 2 and so on.",
		Examples: []string{"array_length(series_fit_poly(dynamic([1,4,9,16]), dynamic([1,2,3,4]), 2)[1]) -> 3"},
		Analyzer: []string{"series_fit_poly(y_series: array, x_series?: array, degree?: int): dynamic"},
		Tuple:    "rsquare: real, coefficients: dynamic, variance: real, rvariance: real, poly_fit: dynamic",
		Overloads: []function.Overload{{
			Sig:    "series_fit_poly(y_series: array, x_series?: array, degree?: number): dynamic",
			Kernel: overValues([]types.Type{d, d, u}, d, fitPolynomial),
		}},
	}}
}

func fitPolynomial(args []dynamic.Value) dynamic.Value {
	ys, ok := seriesNumbers(args[0])
	xs := make([]float64, len(ys))
	for i := range xs {
		xs[i] = float64(i + 1)
	}
	if len(args) > 1 && !args[1].IsNull() {
		var okX bool
		xs, okX = seriesNumbers(args[1])
		ok = ok && okX && len(xs) == len(ys)
	}
	degree, okD := wholeArgument(args, 2, 1, 1, len(ys)-1)
	if !ok || !okD {
		return dynamic.Value{}
	}
	coefficients, ok := leastSquares(xs, ys, degree)
	if !ok {
		return dynamic.Value{}
	}
	centre, fit := mean(ys), make([]float64, len(ys))
	var all, residual float64
	for i, y := range ys {
		for _, c := range coefficients {
			fit[i] = fit[i]*xs[i] + c
		}
		all, residual = all+(y-centre)*(y-centre), residual+(y-fit[i])*(y-fit[i])
	}
	rsquare := 1.0
	if all > 0 {
		rsquare = 1 - residual/all
	}
	n := float64(len(ys) - 1)
	return arrayOf([]dynamic.Value{
		dynamic.FromReal(rsquare), realSeries(coefficients), dynamic.FromReal(all / n), dynamic.FromReal(residual / n), realSeries(fit),
	})
}

// leastSquares returns the coefficients of the polynomial through points, the
// highest power first; !ok if they do not determine it. It makes the powers of
// x, scaled to at most 1, orthogonal to each other one after the other.
func leastSquares(xs, ys []float64, degree int) (coefficients []float64, ok bool) {
	scale := 0.0
	for _, x := range xs {
		scale = max(scale, math.Abs(x))
	}
	if scale == 0 {
		return nil, false
	}
	columns := make([][]float64, degree+1) // powers, highest first, then orthogonal
	for k := range columns {
		columns[k] = make([]float64, len(xs))
		for i, x := range xs {
			columns[k][i] = math.Pow(x/scale, float64(degree-k))
		}
	}
	upper := make([][]float64, degree+1)
	target := make([]float64, degree+1)
	rest := append([]float64(nil), ys...)
	for k := range columns {
		upper[k] = make([]float64, degree+1)
		norm := math.Sqrt(dot(columns[k], columns[k]))
		if norm < 1e-13 {
			return nil, false
		}
		upper[k][k] = norm
		for i := range columns[k] {
			columns[k][i] /= norm
		}
		for j := k + 1; j <= degree; j++ {
			upper[k][j] = dot(columns[k], columns[j])
			subtract(columns[j], columns[k], upper[k][j])
		}
		target[k] = dot(columns[k], rest)
		subtract(rest, columns[k], target[k])
	}
	coefficients = make([]float64, degree+1)
	for k := degree; k >= 0; k-- {
		c := target[k]
		for j := k + 1; j <= degree; j++ {
			c -= upper[k][j] * coefficients[j]
		}
		coefficients[k] = c / upper[k][k]
	}
	for k := range coefficients {
		coefficients[k] /= math.Pow(scale, float64(degree-k))
	}
	return coefficients, true
}

func dot(a, b []float64) (sum float64) {
	for i, x := range a {
		sum += x * b[i]
	}
	return sum
}

// subtract takes factor times b from a.
func subtract(a, b []float64, factor float64) {
	for i, x := range b {
		a[i] -= factor * x
	}
}
