package dynamic

import "testing"

// FuzzCompare checks that Compare is a total order that agrees with Equal and
// Hash.
func FuzzCompare(f *testing.F) {
	f.Add(`[1,1.0,"1"]`, `{"a":1}`, `[9007199254740993,9007199254740992.0]`)
	f.Add(`0.0`, `-0.0`, `0`)
	f.Add(`{"a":{"b":[]},"c":null}`, `{"c":null,"a":{"b":[]}}`, `{"a":{"b":[null]}}`)
	f.Fuzz(func(t *testing.T, x, y, z string) {
		a, b, c := FromText(x), FromText(y), FromText(z)
		ab, ba := Compare(a, b), Compare(b, a)
		if ab != -ba {
			t.Fatalf("%s and %s: %d one way, %d the other", a.JSON(), b.JSON(), ab, ba)
		}
		if same := Equal(a, b); same != (ab == 0) || same && a.Hash(9) != b.Hash(9) {
			t.Fatalf("%s and %s: equal %v, order %d", a.JSON(), b.JSON(), same, ab)
		}
		if bc := Compare(b, c); ab <= 0 && bc <= 0 && Compare(a, c) > 0 {
			t.Fatalf("%s ≤ %s ≤ %s, but not the first and the last", a.JSON(), b.JSON(), c.JSON())
		}
	})
}
