package catalog

import "strings"

// Suggest returns the table whose name is nearest to name, for "did you mean":
// one that differs in case only, or else by the fewest letters changed, added,
// dropped or swapped, at most one in four. It returns "" if nothing is near. A
// tie goes to the first in byte order.
func (c *Catalog) Suggest(name string) string {
	want := strings.ToLower(name)
	best, limit := "", min(len(want)/4, 4)
	for _, table := range c.Tables() {
		got := strings.ToLower(table)
		if got == want {
			return table
		}
		if abs(len(got)-len(want)) > limit {
			continue
		}
		if d := editDistance(want, got); d <= limit {
			best, limit = table, d-1
		}
	}
	return best
}

// editDistance counts the bytes to insert, delete, replace or swap with their
// neighbour to make b of a. Table names are ASCII.
func editDistance(a, b string) int {
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range len(a) {
		cur[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			cur[j+1] = min(prev[j]+cost, prev[j+1]+1, cur[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				cur[j+1] = min(cur[j+1], before[j-1]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return prev[len(b)]
}

func abs(n int) int { return max(n, -n) }
