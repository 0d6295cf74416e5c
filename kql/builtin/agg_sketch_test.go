package builtin

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// manyLongs returns n longs from 0 up, each twice, and the groups of one group.
func manyLongs(from, n int) (column.Column, []uint32) {
	vals := make([]int64, 2*n)
	for i := range vals {
		vals[i] = int64(from + i/2)
	}
	return column.NewVec(types.Long, vals, nil), make([]uint32, 2*n)
}

// A large group is estimated, also when it was counted in two halves that
// overlap; a small group beside it stays exact.
func TestDCountOfManyValues(t *testing.T) {
	o := overloadOf(t, "dcount", 1)
	c, groups := manyLongs(0, 60_000)
	d, _ := manyLongs(30_000, 60_000)
	a, b := newTestAccumulator(t, o, []column.Column{c}), newTestAccumulator(t, o, []column.Column{d})
	feed(t, a, []column.Column{c}, groups, 1, 1000)
	feed(t, b, []column.Column{d}, groups, 1, 1000)
	small := []column.Column{testColumn(types.Long, 1, 2, 2)}
	feed(t, b, small, []uint32{1, 1, 1}, 2, 1000)
	if err := a.Merge(b, []uint32{1, 0}, 2); err != nil {
		t.Fatal(err)
	}
	// Group 1 of b is group 0 of a: its two values are among those of a. Group 0
	// of b is on its own.
	out, err := a.Result(2)
	if err != nil {
		t.Fatal(err)
	}
	for g, n := range column.FlatVec[int64](out).Vals {
		if math.Abs(float64(n)-60_000) > 0.03*60_000 {
			t.Errorf("group %d: %d values, want about 60000", g, n)
		}
	}
	exact := newTestAccumulator(t, overloadOf(t, "count_distinct", 1), []column.Column{c})
	feed(t, exact, []column.Column{c}, groups, 1, 1000)
	feed(t, exact, []column.Column{d}, groups, 1, 1000)
	if got := resultText(t, exact, 1, false); got != "90000" {
		t.Errorf("count_distinct: %s, want 90000", got)
	}
}

// What hll() returns can be joined and counted.
func TestSketchValues(t *testing.T) {
	o := overloadOf(t, "hll", 1)
	var values []dynamic.Value
	for i := range 2 {
		c, groups := manyLongs(i*10_000, 20_000)
		acc := newTestAccumulator(t, o, []column.Column{c})
		feed(t, acc, []column.Column{c}, groups, 1, 1000)
		out, err := acc.Result(1)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, column.FlatVec[dynamic.Value](out).Vals[0])
	}
	n, ok := sketchCount(joinSketches(values))
	if !ok || math.Abs(float64(n)-30_000) > 0.03*30_000 {
		t.Errorf("%d values, want about 30000", n)
	}
	for _, bad := range []string{`null`, `[1]`, `[[1,99],[5]]`, `[[1,14],"?"]`, `[[1,14],"AAAA"]`} {
		if _, ok := sketchCount(dynamic.FromText(bad)); ok {
			t.Errorf("%s counts as a sketch", bad)
		}
	}
}

// Thinning keeps ranks within 1 % in the middle, and the ends exact.
func TestQuantilesOfManyValues(t *testing.T) {
	q := newNumberLog[float64]()
	q.most = 50_000
	r := rand.New(rand.NewPCG(5, 6))
	const n = 400_000
	perm := r.Perm(n)
	for from := 0; from < n; from += 1000 {
		vals := make([]float64, 1000)
		for i := range vals {
			vals[i] = float64(perm[from+i])
		}
		q.update(column.NewVec(types.Real, vals, nil), nil, make([]uint32, 1000), 1)
	}
	if len(q.log.vals) == n {
		t.Fatal("nothing was thinned out")
	}
	q.sorted(1, func(_ int, vals []float64, weights []int64) {
		for _, p := range []float64{0, 1, 25, 50, 75, 99, 100} {
			got, want := nearestRank(vals, weights, p), p/100*n
			if math.Abs(got-want) > 0.01*n {
				t.Errorf("percentile %g: %g, want about %g", p, got, want)
			}
		}
		if vals[0] != 0 || vals[len(vals)-1] != n-1 {
			t.Errorf("ends are %g and %g", vals[0], vals[len(vals)-1])
		}
	})
}

func TestDigestFunctions(t *testing.T) {
	digest := dynamic.FromText(`[[7],[1,3,8],[2,1,1]]`)
	for p, want := range map[float64]string{0: "1", 50: "1", 51: "3", 100: "8"} {
		if got, ok := digestPercentile(digest, p); !ok || got.JSON() != want {
			t.Errorf("percentile %g: %s, want %s", p, got.JSON(), want)
		}
	}
	for x, want := range map[int64]int64{0: 0, 1: 2, 2: 2, 8: 4, 9: 4} {
		if got, total, ok := digestRank(digest, dynamic.FromLong(x)); !ok || got != want || total != 4 {
			t.Errorf("rank of %d: %d of %d, want %d of 4", x, got, total, want)
		}
	}
	for _, bad := range []string{`null`, `[[7],[1],[]]`, `[[7],[1],["x"]]`, `[[7],[1],[0]]`} {
		if _, ok := digestPercentile(dynamic.FromText(bad), 50); ok {
			t.Errorf("%s counts as a digest", bad)
		}
	}
}
