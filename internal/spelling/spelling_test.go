package spelling

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"severity", "severity", 0}, {"severty", "severity", 1}, {"severity", "severiti", 1},
		{"kitten", "sitting", 3}, {"ab", "ba", 1}, {"severtiy", "severity", 1}, {"abc", "cab", 2}, {"Name", "name", 1},
	} {
		for most := range 5 {
			if got, want := Distance(c.a, c.b, most), min(c.want, most+1); got != want {
				t.Errorf("Distance(%q, %q, %d) is %d, want %d", c.a, c.b, most, got, want)
			}
		}
	}
}
