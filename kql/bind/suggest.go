package bind

import "strings"

// didYouMean returns ": did you mean 'x'?" for the known name nearest to name: one
// that differs in case only, or else by at most one letter in three, and rather has a
// letter more than one less. It returns nothing if none is near.
func didYouMean(name string, known []string) string {
	best, least := "", min(len(name)/3, 3)
	for _, k := range known {
		if k == name || abs(len(k)-len(name)) > least && !strings.EqualFold(k, name) {
			continue
		}
		if strings.EqualFold(k, name) {
			return ": did you mean '" + k + "'?"
		}
		if d := distance(strings.ToLower(k), strings.ToLower(name), least); d < least || d == least && len(k) > len(best) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return ": did you mean '" + best + "'?"
}

func abs(n int) int { return max(n, -n) }

// distance counts the insertions, removals, replacements and swaps of
// neighbours between two texts, in bytes; anything above most is most+1.
func distance(a, b string, most int) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			least = min(least, row[j])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
