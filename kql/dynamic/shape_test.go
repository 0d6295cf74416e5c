package dynamic

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestShapes looks paths up in texts of few shapes, whose values differ in
// length, kind and in being there, and in the same texts with a byte changed.
func TestShapes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	values := []string{`"x"`, `"xy"`, `""`, `"a\"b"`, `"a\\"`, `"a\u0041"`, `1`, `12`, `-1.5e3`, `0`, `true`, `null`, `{}`, `[1]`, `"1"`}
	value := func() string { return values[r.IntN(len(values))] }
	step := func(n int) string {
		s := fmt.Sprintf(`{"time":"2025-06-16T12:00:%02d.%d","method":%s,"n":%d,`, r.IntN(60), r.IntN(1000), value(), n)
		if r.IntN(4) == 0 {
			s += ` "more": [` + value() + `, ` + value() + `],`
		}
		return s + `"ok":` + value() + `}`
	}
	for _, path := range []string{"0.method", "1.method", "-1.more.0", "1.more", "0.n", "1", "0.ok", "time"} {
		l := NewLookup(steps(path))
		for range 400 {
			var all []string
			for n := range r.IntN(4) {
				all = append(all, step(n))
			}
			l.shapes.unknown = 0 // do not give up
			text := "[" + strings.Join(all, ",") + "]"
			checkLookupOf(t, l, text, path)
			at := r.IntN(len(text))
			for _, c := range []string{`"`, `\`, `,`, `0`, "", "\x01"} {
				checkLookupOf(t, l, text[:at]+c+text[at+1:], path)
			}
			checkLookupOf(t, l, text[:at], path)
		}
		if l.shapes.known < 500 {
			t.Errorf("%s: only %d texts of known shapes", path, l.shapes.known)
		}
	}
}

// TestManyShapes gives up on texts that are all different.
func TestManyShapes(t *testing.T) {
	l := NewLookup(steps("a"))
	for i := range 5000 {
		checkLookupOf(t, l, fmt.Sprintf(`{"k%d":%d,"a":"x"}`, i, i), "a")
	}
	if l.shapes.pays() || len(l.shapes.nodes) > shapeMaxNodes || l.shapes.bytes > shapeMaxBytes {
		t.Errorf("still looking for shapes: %d nodes, %d bytes", len(l.shapes.nodes), l.shapes.bytes)
	}
	deep := strings.Repeat("[", 300) + "1" + strings.Repeat("]", 300)
	checkLookup(t, deep, "0.0")
	checkLookup(t, "["+strings.Repeat("1,", 1000)+"2]", "999")
}
