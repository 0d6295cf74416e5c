package builtin

import (
	"math"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestMathKernels(t *testing.T) {
	reg := scalarsUnderTest(t)
	for _, tt := range []truthTable{
		{"abs", []string{"long: -5, 5, null"}, "long: 5, 5, null"},
		{"abs", []string{"decimal: -1.5, 2"}, "decimal: 1.5, 2"},
		{"sign", []string{"long: -5, 0, null"}, "real: -1, 0, null"},
		{"sign", []string{"decimal: -5, 0"}, "real: -1, 0"},
		{"sqrt", []string{"decimal: 4, null"}, "real: 2, null"},
		{"log", []string{"real: 1, 0, -1, null"}, "real: 0, -inf, null, null"},
		{"isfinite", []string{"real: 1, inf, nan"}, "bool: true, false, false"},
		{"bin", []string{"long: 5, -5, 5, 5, null", "long: 2, 2, 0, -1, 2"}, "long: 4, -6, null, null, null"},
		{"bin", []string{"int: 5, -5", "int: 2, 2"}, "long: 4, -6"},
		{"bin", []string{"real: 1.5, -1.5, 5.5, 1", "real: 1, 1, 2, -1"}, "real: 1, -2, 4, null"},
		{"bin", []string{"decimal: 7.5, -7.5, 1", "decimal: 2, 2, 0"}, "decimal: 6, -8, null"},
		{"bin", []string{"datetime: 2024-01-02T13:45:00, 1955-11-05T06:15:00, 2024-01-01, null", "timespan: 1h, 7d, -1h, 1h"}, "datetime: 2024-01-02T13:00:00, 1955-10-31, null, null"},
		{"bin", []string{"timespan: 16d, -1h", "timespan: 7d, 1d"}, "timespan: 14d, -1d"},
		{"bin_at", []string{"datetime: 2023-03-12T07:30:00, 2020-06-15T13:45:00", "timespan: 90m, 1d", "datetime: 2023-03-12T00:07:00, 2020-06-15T12:00:00"}, "datetime: 2023-03-12T06:07:00, 2020-06-15T12:00:00"},
		{"bin_at", []string{"real: 6.5, 1", "real: 2.5, -1", "real: 7, 0"}, "real: 4.5, null"},
		{"ceiling", []string{"real: -1.1, 0.9, null"}, "real: -1, 1, null"},
		{"round", []string{"real: 2.5, -2.5, 0.4, null"}, "real: 3, -3, 0, null"},
		{"round", []string{"real: 2.98765, 2.15, -50.55, 1.5", "long: 3, 1, -2, 400"}, "real: 2.988, 2.2, -100, 1.5"},
		{"round", []string{"long: 1250, -1250, 7", "long: -2, -2, 3"}, "long: 1300, -1300, 7"},
		{"round", []string{"decimal: 2.15, -2.5", "long: 1, 0"}, "decimal: 2.2, -3"},
		{"binary_shift_left", []string{"long: 1, 1, 1", "long: 2, 66, -1"}, "long: 4, 4, null"},
		{"binary_shift_right", []string{"long: 8, -8", "long: 2, 1"}, "long: 2, -4"},
		{"bitset_count_ones", []string{"long: 42, -1, null"}, "long: 3, 64, null"},
		{"beta_cdf", []string{"real: 1.5, 0.1, 0", "real: 10, -1, 2", "real: 20, 20, 2"}, "real: nan, 1, 0"},
		{"beta_inv", []string{"real: 1.5, 0.1, 1", "real: 10, -1, 2", "real: 20, 20, 2"}, "real: null, nan, 1"},
		{"beta_pdf", []string{"real: 1.5, 0.5", "real: 10, 1", "real: 20, 1"}, "real: nan, 1"},
	} {
		tt.check(t, reg)
	}
}

// TestBeta compares with values of the distributions from tables.
func TestBeta(t *testing.T) {
	for _, tt := range []struct{ got, want float64 }{
		{incompleteBeta(0.9, 10, 20), 0.9999999999999593},
		{incompleteBeta(0.5, 0.5, 0.5), 0.5},
		{incompleteBeta(0.25, 1, 3), 1 - math.Pow(0.75, 3)},
		{incompleteBeta(0.001, 5000, 1), 0},
		{first(betaInverse(0.1, 10, 20)), 0.22641502238874897},
		{first(betaInverse(0.5, 1, 1)), 0.5},
		{first(betaDensity(0.5, 10, 20)), 0.746176019310951},
	} {
		if math.Abs(tt.got-tt.want) > 1e-12*math.Max(1, tt.want) {
			t.Errorf("got %v, want %v", tt.got, tt.want)
		}
	}
}

func first(x float64, _ bool) float64 { return x }

func TestRandom(t *testing.T) {
	f, _ := scalarsUnderTest(t).Scalar("rand")
	c := function.NewCall(testEnv(), types.Real)
	plain, err := f.Overloads[0].Kernel.Run(c, nil, 1000)
	if err != nil {
		t.Fatal(err)
	}
	below, err := f.Overloads[1].Kernel.Run(c, []column.Column{column.NewConst(types.Long, int64(5), 1000)}, 1000)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[float64]bool{}
	for i, x := range column.FlatVec[float64](plain).Vals {
		y := column.FlatVec[float64](below).Vals[i]
		if x < 0 || x >= 1 || y < 0 || y > 4 || y != math.Trunc(y) {
			t.Fatalf("row %d: rand() is %v, rand(5) is %v", i, x, y)
		}
		seen[y] = true
	}
	if len(seen) != 5 {
		t.Errorf("rand(5) yields %d different numbers", len(seen))
	}
}
