package builtin

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestFoldManyRows folds so many rows into few groups, and into many, that the
// loops for these are taken.
func TestFoldManyRows(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, total := range []int{1, 2, 31, 32, 33, 1000} {
		for _, rows := range []int{3, 1024, 1027, 5000} {
			vals, groups := make([]int64, rows), make([]uint32, rows)
			sums, counts := make([]int64, total), make([]int64, total)
			low, high := make([]int64, total), make([]int64, total)
			for g := range total {
				low[g], high[g] = math.MaxInt64, math.MinInt64
			}
			for i := range vals {
				vals[i], groups[i] = int64(r.Uint64()), uint32(r.IntN(total))
				g, v := groups[i], vals[i]
				sums[g], counts[g] = sums[g]+2*v, counts[g]+2
				low[g], high[g] = min(low[g], v), max(high[g], v)
			}
			gotSums, gotCounts := make([]int64, total), make([]int64, total)
			gotLow, gotHigh := make([]int64, total), make([]int64, total)
			seen, seenToo := make([]bool, total), make([]bool, total)
			for range 2 { // the second time all groups are known
				addLongs(gotSums, nil, vals, groups)
				countByGroup(gotCounts, groups)
				least(gotLow, seen, vals, groups)
				greatest(gotHigh, seenToo, vals, groups)
			}
			for g := range total {
				if gotSums[g] != sums[g] || gotCounts[g] != counts[g] {
					t.Errorf("%d groups, %d rows: group %d has sum %d of %d, want %d of %d", total, rows, g, gotSums[g], gotCounts[g], sums[g], counts[g])
				}
				if seen[g] != (counts[g] > 0) || seen[g] && (gotLow[g] != low[g] || gotHigh[g] != high[g]) {
					t.Errorf("%d groups, %d rows: group %d is from %d to %d, want %d to %d", total, rows, g, gotLow[g], gotHigh[g], low[g], high[g])
				}
			}
		}
	}
}
