package builtin

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"
)

// TestFourier compares with the definition, for lengths of all kinds.
func TestFourier(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := 1; n < 40; n++ {
		xs := make([]complex128, n)
		for i := range xs {
			xs[i] = complex(r.NormFloat64(), r.NormFloat64())
		}
		got := fourier(xs, false)
		for k := range got {
			var want complex128
			for i, x := range xs {
				want += x * cmplx.Rect(1, -2*math.Pi*float64(i*k)/float64(n))
			}
			if cmplx.Abs(got[k]-want) > 1e-12 {
				t.Fatalf("%d values: frequency %d is %v, not %v", n, k, got[k], want)
			}
		}
		for i, x := range fourier(got, true) {
			if cmplx.Abs(x-xs[i]) > 1e-13 {
				t.Fatalf("%d values: %v came back as %v", n, xs[i], x)
			}
		}
	}
}

// TestPeriods looks for the periods of series made of them.
func TestPeriods(t *testing.T) {
	wave := func(n int, periods ...float64) []float64 {
		out := make([]float64, n)
		for i := range out {
			for k, p := range periods {
				out[i] += float64(len(periods)-k) * math.Sin(2*math.Pi*float64(i)/p)
			}
		}
		return out
	}
	for _, c := range []struct {
		series []float64
		want   int
	}{
		{wave(60, 6), 6},
		{wave(240, 24), 24},
		{wave(504, 168, 24), 168},
		{wave(12, 6), 0},         // only two
		{wave(40, 2.5), 5},       // 2.5 is not whole
		{make([]float64, 30), 0}, // constant
	} {
		found := detectPeriods(c.series, 0, float64(len(c.series)))
		got := 0
		if len(found) > 0 {
			got = found[0].length
		}
		if got != c.want {
			t.Errorf("%d elements: found %v, want %d", len(c.series), found, c.want)
		}
	}
}

// TestLeastSquares finds the polynomial that points lie on.
func TestLeastSquares(t *testing.T) {
	want := []float64{0.5, -2, 3, 7}
	var xs, ys []float64
	for x := -5.0; x < 20; x++ {
		xs, ys = append(xs, x), append(ys, ((want[0]*x+want[1])*x+want[2])*x+want[3])
	}
	got, ok := leastSquares(xs, ys, 3)
	if !ok {
		t.Fatal("not determined")
	}
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-9 {
			t.Errorf("coefficients %v, want %v", got, want)
		}
	}
	if _, ok := leastSquares([]float64{1, 1, 1}, []float64{1, 2, 3}, 1); ok {
		t.Error("points at one place determine no line")
	}
}

// TestDecomposition checks that the components add up to the series.
func TestDecomposition(t *testing.T) {
	var xs []float64
	for i := range 70 {
		xs = append(xs, float64(i)/10+5*math.Sin(2*math.Pi*float64(i)/7))
	}
	for _, kind := range []string{"avg", "linefit", "none"} {
		d := decompose(realSeries(xs), kind, decomposing{})
		for i, x := range xs {
			if math.Abs(d.seasonal[i]+d.trend[i]+d.residual[i]-x) > 1e-12 {
				t.Fatalf("%s: element %d is taken apart wrongly", kind, i)
			}
		}
		if d.seasonal[3] != d.seasonal[10] || d.seasonal[3] == d.seasonal[4] {
			t.Errorf("%s: the seasonal component is %v", kind, d.seasonal[:14])
		}
	}
}
