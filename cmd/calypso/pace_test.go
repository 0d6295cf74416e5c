package main

import "testing"

// The heap of a command may grow by half of what is live, a small one by as much again.
func TestGarbagePercent(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 100}, {4 << 20, 100}, {5 << 20, 80}, {8 << 20, 50}, {100 << 20, 50}, {1 << 40, 50}} {
		if got := garbagePercentOf(c.live); got != c.want {
			t.Errorf("of %d bytes %d %% may be garbage, want %d", c.live, got, c.want)
		}
	}
}
