package bind

import "testing"

func TestDidYouMean(t *testing.T) {
	for _, c := range []struct {
		name, want string
		known      []string
	}{
		{"Cuont", "Count", []string{"Sum", "Count"}},
		{"cont", "count", []string{"cot", "count", "cos"}},
		{"strlenx", "strlen", []string{"strlen", "strrep"}},
		{"USER", "User", []string{"Users", "User"}},
		{"X", "x", []string{"y", "x"}},
		{"b", "", []string{"a", "bc"}},
		{"ab", "", []string{"ac", "a"}},
		{"UserName", "", []string{"HostName"}},
	} {
		want := ""
		if c.want != "" {
			want = ": did you mean '" + c.want + "'?"
		}
		if got := didYouMean(c.name, c.known); got != want {
			t.Errorf("of %q, for %s: %q, want %q", c.known, c.name, got, want)
		}
	}
}
