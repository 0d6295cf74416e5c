package ingest

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// FuzzScan holds the scanner against the standard library: the same text is
// JSON, and every member is what it is there.
func FuzzScan(f *testing.F) {
	for _, s := range []string{
		`{"a":1,"b":[true,false,null,{}],"c":{"d":"x\"\\\u00e4"}}`, "[1e5,-0.5,\n01]", `"\ud800"`, `{"a" : "b" , "a":[ ]}`, "\"\xff\"", `{"":""}`, "{\"long\":\"0123456789012345678901234567890\t\"}",
		"-", "1.", "1e", "nul", "[1,]", `{"a":}`, `{,}`, "[[[]", `"\u12"`, `"\x"`, " {} ", "\ufeff{}", "\v1",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if depth(s) > dynamic.MaxDepth {
			t.Skip("nested too deep for one of the two")
		}
		sc := scanner{text: s}
		end, _, ok := sc.value(sc.skip(0))
		ok = ok && sc.skip(end) == len(s)
		if want := json.Valid([]byte(s)); ok != want {
			t.Fatalf("%q is JSON: %v, want %v (mistake at %d)", s, ok, want, end)
		}
		var want map[string]json.RawMessage
		if !ok || s[sc.skip(0)] != '{' || json.Unmarshal([]byte(s), &want) != nil {
			return
		}
		d := newDecoder(nil, false)
		d.scan = scanner{text: s}
		for range 2 { // the second time with what was learnt the first time
			members, end, ok := d.scanMembers(0, &d.outer, nil, true)
			if !ok || d.scan.skip(end) != len(s) {
				t.Fatalf("%q ends at %d", s, end)
			}
			got := map[string]string{}
			for _, m := range members {
				got[m.key.name] = m.raw
			}
			if len(got) != len(want) {
				t.Fatalf("%q has the members %v, want %v", s, got, want)
			}
			for name, raw := range want {
				if got[name] != string(raw) {
					t.Fatalf("%q: %q is %q, want %q", s, name, got[name], raw)
				}
			}
		}
	})
}

// depth returns how many brackets may be open at once.
func depth(s string) int { return strings.Count(s, "[") + strings.Count(s, "{") }

// The scanner goes as deep as the rest of the engine, and no deeper.
func TestScanDepth(t *testing.T) {
	for _, c := range []struct {
		open, close string
		levels      int
	}{{"[", "]", 1}, {`{"a":`, "}", 1}, {`[{"a":`, "}]", 2}} {
		for _, n := range []int{1, dynamic.MaxDepth, dynamic.MaxDepth + c.levels} {
			s := strings.Repeat(c.open, n/c.levels) + "1" + strings.Repeat(c.close, n/c.levels)
			sc := scanner{text: s}
			end, _, ok := sc.value(0)
			if want := n <= dynamic.MaxDepth; ok != want || ok && end != len(s) {
				t.Errorf("%d levels of %s: %v at %d of %d", n, c.open, ok, end, len(s))
			}
		}
	}
}
