package types

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestAppendGrisu(t *testing.T) {
	for _, c := range []struct {
		v    float64
		want string
	}{
		{0, "0.0"}, {math.Copysign(0, -1), "-0.0"}, {1, "1.0"}, {50, "50.0"}, {-118.25, "-118.25"}, {0.1, "0.1"},
		{40.79686, "40.79686"}, {math.Nextafter(40.764323, 41), "40.764323000000008"}, {math.Nextafter(50.25, 51), "50.25000000000001"},
		{math.Nextafter(50.625, 51), "50.62500000000001"}, {49.99999999999999, "49.99999999999999"},
		{32.15620994567871, "32.15620994567871"}, {34.80245590209961, "34.80245590209961"},
		{1e20, "100000000000000000000.0"}, {1e21, "1e21"}, {1.5e300, "1.5e300"}, {123456789012345680, "123456789012345680.0"},
		{0.000001, "0.000001"}, {1.5e-7, "1.5e-7"}, {5e-324, "5e-324"}, {math.MaxFloat64, "1.7976931348623157e308"},
		{math.SmallestNonzeroFloat64 * (1 << 51), "1.1125369292536007e-308"},
	} {
		if got := string(appendGrisu(nil, c.v)); got != c.want {
			t.Errorf("%g prints %s, want %s", c.v, got, c.want)
		}
	}
}

// TestGrisuReadsBack prints numbers of all sizes: what is printed reads back,
// and is mostly as short as can be.
func TestGrisuReadsBack(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	longer := 0
	const n = 200_000
	for i := range n {
		v := math.Abs(math.Float64frombits(r.Uint64()))
		if i%2 == 0 {
			v = math.Round(r.Float64()*1e9) / math.Pow10(r.IntN(12))
		}
		if v-v != 0 {
			continue
		}
		text := string(appendGrisu(nil, v))
		if back, err := strconv.ParseFloat(text, 64); err != nil || back != v {
			t.Fatalf("%g prints %s, which reads as %g", v, text, back)
		}
		if g := grisu2(v); v != 0 && g.n > len(shortest(v)) {
			longer++
		}
	}
	if longer > n/500 {
		t.Errorf("%d of %d have more digits than needed", longer, n)
	}
}

// shortest returns the fewest digits that read back.
func shortest(v float64) string {
	s := strconv.FormatFloat(v, 'e', -1, 64)
	var digits []byte
	for _, c := range []byte(s) {
		if c == 'e' {
			break
		}
		if c != '.' {
			digits = append(digits, c)
		}
	}
	return string(digits)
}

func BenchmarkAppendReal(b *testing.B) {
	var dst []byte
	b.Run("dynamic", func(b *testing.B) {
		for b.Loop() {
			dst = AppendRealDynamic(dst[:0], 60.39299)
		}
	})
	b.Run("text", func(b *testing.B) {
		for b.Loop() {
			dst = AppendReal(dst[:0], 60.39299)
		}
	})
}
