package dynamic

import (
	"strconv"
	"strings"
	"testing"
)

// steps reads a path written as a.b.0.-1.
func steps(path string) []Step {
	var out []Step
	if path == "" {
		return nil
	}
	for s := range strings.SplitSeq(path, ".") {
		if n, err := strconv.Atoi(s); err == nil {
			out = append(out, At(n))
		} else {
			out = append(out, Name(s))
		}
	}
	return out
}

func TestLookupJSON(t *testing.T) {
	const doc = `{"a": {"b": [10, {"c": "x\ty"}, [true, null]]}, "n": null, "s": "plain", "big": 12345678901234567890,
		"dup": {"x": 1}, "dup": {"y": 2.0}, "e\u0073c": 7}`
	for _, c := range []struct{ path, want string }{
		{"a.b.0", `10`},
		{"a.b.-3", `10`},
		{"a.b.1.c", `"x\ty"`},
		{"a.b.1", `{"c":"x\ty"}`},
		{"a.b.2.0", `true`},
		{"a.b.2.-1", `null`},
		{"a.b.3", ``},
		{"a.b.-4", ``},
		{"a.b.c", ``},
		{"a.0", ``},
		{"n", `null`},
		{"n.x", ``},
		{"s", `"plain"`},
		{"s.x", ``},
		{"big", `12345678901234568000.0`},
		{"dup.x", ``},
		{"dup.y", `2.0`},
		{"esc", `7`},
		{"nothing", ``},
	} {
		v, ok := LookupJSON(doc, steps(c.path)...)
		if got := v.JSON(); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s: %s, %v, want %s", c.path, got, ok, c.want)
		}
		for cut := 1; cut < len(doc); cut++ {
			if v, ok := LookupJSON(doc[:cut], steps(c.path)...); ok {
				t.Fatalf("%s in torn text: %s", c.path, v.JSON())
			}
		}
		checkLookup(t, doc, c.path)
	}
}

// checkLookup compares look-ups in text with paths into the parsed value.
func checkLookup(t *testing.T, text, path string) {
	t.Helper()
	checkLookupOf(t, NewLookup(steps(path)), text, path)
}

// checkLookupOf does so twice: the second time, the text's shape is known.
func checkLookupOf(t *testing.T, l *Lookup, text, path string) {
	t.Helper()
	want, wantOK := Path(FromText(text), steps(path)...)
	for range 2 {
		got, ok := l.Value(text)
		if ok != wantOK || !Equal(got, want) {
			t.Fatalf("look-up of %s in %q: %s, %v; path: %s, %v", path, text, got.JSON(), ok, want.JSON(), wantOK)
		}
		if s := l.Text(text); s != want.String() {
			t.Fatalf("look-up of %s in %q as text: %q, want %q", path, text, s, want.String())
		}
	}
}

func TestParsePath(t *testing.T) {
	const doc = `{"a":{"b c":[1,{"x.y":2}]},"k":3}`
	for path, want := range map[string]string{
		"$": doc, "$.a['b c'][0]": `1`, `$.a["b c"][1]['x.y']`: `2`, "$k": `3`, "$['k']": `3`, "$.k.z": `null`, "$.a['b c'][7]": `null`,
	} {
		steps, err := ParsePath(path)
		if v, _ := LookupJSON(doc, steps...); err != nil || v.JSON() != want {
			t.Errorf("%s: %s, %v, want %s", path, v.JSON(), err, want)
		}
	}
	for _, path := range []string{"", "a", "$.", "$..a", "$.*", "$[*]", "$[0:1]", "$['a", "$[0", "$[]", "$[0]a", "$.a[?(@.b)]"} {
		if steps, err := ParsePath(path); err == nil {
			t.Errorf("%s is no path, but is read as %v", path, steps)
		}
	}
}

func FuzzLookupJSON(f *testing.F) {
	f.Add(`{"a":[1,{"b":"c"}],"a":{"b":2}}`, "a.b")
	f.Add(`[[1,2],[3]]`, "-1.0")
	f.Add(`{"a":"x\u0041","b":[ ]}`, "b.0")
	f.Add(`not json`, "")
	f.Add(`{"a":-0,"b":007}`, "a")
	f.Fuzz(func(t *testing.T, text, path string) {
		checkLookup(t, text, path)
		// Cut and changed texts meet the shapes of others.
		l := NewLookup(steps(path))
		for i := range min(len(text), 100) {
			checkLookupOf(t, l, text[:i], path)
			checkLookupOf(t, l, text[i:], path)
			checkLookupOf(t, l, text[:i]+"1"+text[i:], path)
			checkLookupOf(t, l, text[:i]+`"`+text[i+1:], path)
		}
	})
}
