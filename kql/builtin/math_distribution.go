package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// distributions declares the gamma, error and beta functions, and welch_test().
//
// Sources: the Kusto documentation, the pages of each function.
func distributions() function.Family {
	three := func(name, doc, x string, f func(x, a, b float64) (float64, bool), examples ...string) function.Scalar {
		return function.Scalar{Doc: doc, Examples: examples, Overloads: []function.Overload{
			{Sig: name + "(" + x + ": number, alpha: number, beta: number): real", Kernel: function.Map3Null(types.Real, types.Real, types.Real, types.Real, f)},
		}}
	}
	return function.Family{Title: "Distribution functions", Scalars: []function.Scalar{
		named(realFunction("gamma", "Returns the gamma function.", math.Gamma, "gamma(5) -> 24")),
		named(realFunction("loggamma", "Returns the logarithm of the absolute value of the gamma function.", func(x float64) float64 {
			y, _ := math.Lgamma(x)
			return y
		}, "loggamma(1) -> 0")),
		named(realFunction("erf", "Returns the error function.", math.Erf, "erf(1) -> 0.8427007929497149")),
		named(realFunction("erfc", "Returns the complementary error function.", math.Erfc, "erfc(0) -> 1")),
		three("beta_cdf", "Returns the cumulative beta distribution; NaN for a value outside 0 to 1.", "x", betaCDF, "beta_cdf(0, 2.0, 2.0) -> 0", "beta_cdf(1.5, 10.0, 20.0) -> NaN"),
		three("beta_inv", "Returns the value whose cumulative beta probability is given; null for a probability outside 0 to 1.", "probability", betaInverse, "beta_inv(1.5, 10.0, 20.0) -> null"),
		three("beta_pdf", "Returns the density of the beta distribution; NaN for a value outside 0 to 1.", "x", betaDensity, "beta_pdf(0.5, 1.0, 1.0) -> 1", "beta_pdf(1.5, 10.0, 20.0) -> NaN"),
		welch(),
	}}
}

// maxBetaParameter is the greatest alpha and beta that beta_cdf takes.
const maxBetaParameter = 10000

func betaCDF(x, a, b float64) (float64, bool) {
	switch {
	case !(x >= 0 && x <= 1), a > maxBetaParameter, !(b > 0 && b <= maxBetaParameter):
		return math.NaN(), true
	case a <= 0:
		return 1, true // the engine's answer; its documentation says NaN
	}
	return incompleteBeta(x, a, b), true
}

func betaDensity(x, a, b float64) (float64, bool) {
	if !(x > 0 && x < 1 && a > 0 && b > 0) {
		return math.NaN(), true
	}
	return math.Exp((a-1)*math.Log(x) + (b-1)*math.Log1p(-x) - logBeta(a, b)), true
}

// betaInverse halves the interval in which the answer lies until it is one
// number; the distribution is monotonic.
func betaInverse(p, a, b float64) (float64, bool) {
	switch {
	case !(a > 0 && b > 0):
		return math.NaN(), true
	case !(p > 0 && p <= 1):
		return 0, false
	case p == 1:
		return 1, true
	}
	lo, hi := 0.0, 1.0
	for range 1100 { // enough for the smallest positive number
		mid := lo + (hi-lo)/2
		if mid <= lo || mid >= hi {
			break
		}
		if incompleteBeta(mid, a, b) < p {
			lo = mid
		} else {
			hi = mid
		}
	}
	return hi, true
}

func logBeta(a, b float64) float64 {
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	return la + lb - lab
}

// incompleteBeta returns the regularised incomplete beta function by its
// continued fraction, evaluated from the front (Lentz's method).
func incompleteBeta(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2): // the fraction converges quickly on the other side
		return 1 - incompleteBeta(1-x, b, a)
	}
	front := math.Exp(a*math.Log(x)+b*math.Log1p(-x)-logBeta(a, b)) / a
	const tiny, enough = 1e-300, 1e-16
	away := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	sum := d
	for m := 1.0; m < 10000; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/away(1+even*d), away(1+even/c)
		sum *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/away(1+odd*d), away(1+odd/c)
		sum *= d * c
		if math.Abs(d*c-1) < enough {
			break
		}
	}
	return front * sum
}
