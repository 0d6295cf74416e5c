package pace

import "testing"

// The heap of a command may grow by two fifths of what is live, a small one by as much
// again; that of a server by as much again, a small one by 32 MB, a large one by less.
func TestPercent(t *testing.T) {
	for _, c := range []struct {
		live           uint64
		answer, server int
	}{
		{0, 100, 800}, {4 << 20, 100, 800}, {5 << 20, 80, 640}, {8 << 20, 50, 400},
		{32 << 20, 40, 100}, {100 << 20, 40, 100}, {128 << 20, 40, 100}, {256 << 20, 40, 62}, {1 << 40, 40, 25},
	} {
		if got := answer(c.live); got != c.answer {
			t.Errorf("of %d bytes in a command %d %% may be garbage, want %d", c.live, got, c.answer)
		}
		if got := server(c.live); got != c.server {
			t.Errorf("of %d bytes in a server %d %% may be garbage, want %d", c.live, got, c.server)
		}
	}
}
