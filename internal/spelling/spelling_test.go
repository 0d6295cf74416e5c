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
		if got := Distance(c.a, c.b); got != c.want {
			t.Errorf("Distance(%q, %q) is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
