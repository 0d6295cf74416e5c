package exec

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestPairCache numbers pairs in batches whose parts become more and larger, beyond
// what the cache has room for. In every fifth batch one pair is far larger than the
// others: those that come later must not be taken for all there are.
func TestPairCache(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, most := range [][2]int{{1, 1}, {3, 70}, {100, 5}, {200, 200}, {1 << 20, 2}, {3000, 3000}} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			var table wordTable
			var cache pairCache
			want := map[[2]uint32]uint32{}
			var belowA, belowB uint32
			for batch := range 30 {
				a, b := 1+most[0]*batch/29, 1+most[1]*batch/29
				first, second := make([]uint32, 2000), make([]uint32, 2000)
				var pairs [][2]uint32
				for i := range first {
					first[i], second[i] = uint32(r.IntN(a)), uint32(r.IntN(b))
					if i == 1000 && batch%5 == 4 {
						first[i] = 1<<16 + uint32(batch)
					}
					pairs = append(pairs, [2]uint32{first[i], second[i]})
					belowA, belowB = max(belowA, first[i]+1), max(belowB, second[i]+1)
				}
				cache.add(&table, first, second, belowA, belowB)
				for i, p := range pairs {
					n, ok := want[p]
					if !ok {
						n = uint32(len(want))
						want[p] = n
					}
					if first[i] != n {
						t.Fatalf("batch %d: pair %v is %d, want %d", batch, p, first[i], n)
					}
				}
			}
			if len(table.keys) != len(want) {
				t.Errorf("%d pairs, want %d", len(table.keys), len(want))
			}
		})
	}
}
