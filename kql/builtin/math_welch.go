package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// welch declares welch_test().
func welch() function.Scalar {
	r := types.Real
	return function.Scalar{
		Doc: "Returns the p-value of Welch's t-test: how likely the means of two series, of which mean, variance and count are given, differ this much by chance; NaN for a variance below 0 or fewer than two values.",
		Overloads: []function.Overload{{
			Sig:    "welch_test(mean1: number, variance1: number, count1: number, mean2: number, variance2: number, count2: number): real",
			Kernel: rowKernel([]types.Type{r, r, r, r, r, r}, r, welchRows),
		}},
		Examples: []string{
			"welch_test(10, 4, 12, 10, 9, 20) -> 1", "welch_test(1, 0, 5, 2, 0, 5) -> 0", "welch_test(1, 4, 1, 2, 4, 9) -> NaN",
			"round(welch_test(21.0, 3.2, 30, 20.0, 2.1, 25), 6) -> 0.026024",
		},
	}
}

func welchRows(_ *function.Call, args []column.Column, n int) (column.Column, error) {
	v := viewsOf[float64](args)
	vals, valid := make([]float64, n), make([]bool, n)
	for i := range vals {
		valid[i] = true
		for j := range v {
			valid[i] = valid[i] && !v[j].Null(i)
		}
		if valid[i] {
			vals[i] = welchTest(v[0].At(i), v[1].At(i), v[2].At(i), v[3].At(i), v[4].At(i), v[5].At(i))
		}
	}
	return column.NewVec(types.Real, vals, bitmapOf(valid)), nil
}

// welchTest returns the probability, in a t distribution, of a distance from 0 at
// least that of the means. The degrees of freedom are those of Welch and
// Satterthwaite.
func welchTest(mean1, variance1, count1, mean2, variance2, count2 float64) float64 {
	if !(variance1 >= 0 && variance2 >= 0 && count1 >= 2 && count2 >= 2) {
		return math.NaN()
	}
	a, b := variance1/count1, variance2/count2
	if a+b == 0 {
		if mean1 == mean2 {
			return math.NaN()
		}
		return 0
	}
	t2 := (mean1 - mean2) * (mean1 - mean2) / (a + b)
	freedom := (a + b) * (a + b) / (a*a/(count1-1) + b*b/(count2-1))
	return incompleteBeta(freedom/(freedom+t2), freedom/2, 0.5)
}
