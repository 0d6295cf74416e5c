package dynamic

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"
)

func TestParseJSONPrintsBack(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{`null`, `null`},
		{` true `, `true`},
		{"\t[ ]\n", `[]`},
		{`{ }`, `{}`},
		{`-0`, `0`},
		{`1.0`, `1.0`},
		{`1e3`, `1000.0`},
		{`-2.5E-2`, `-0.025`},
		{`0.0000001`, `1e-7`},
		{`9223372036854775807`, `9223372036854775807`},
		{`-9223372036854775808`, `-9223372036854775808`},
		{`9223372036854775808`, `9223372036854776000.0`},
		{`123456789012345678`, `123456789012345678`},
		{`1e400`, `"Infinity"`},
		{`""`, `""`},
		{`"a\/b"`, `"a/b"`},
		{`"\u0041\u00e9\n\u001f"`, `"Aé\n\u001F"`},
		{`"\ud83d\ude00"`, `"😀"`},
		{`"\ud83d"`, "\"\uFFFD\""},
		{`"\ude00\ud83dx"`, "\"\uFFFD\uFFFDx\""},
		{`"\ud83d\u0041"`, "\"\uFFFDA\""},
		{`[1, [2, {"a": null}], "x"]`, `[1,[2,{"a":null}],"x"]`},
		{`{"b":1,"a":2}`, `{"b":1,"a":2}`},
		{`{"a":1,"b":2,"a":[3]}`, `{"a":[3],"b":2}`},
		{`{"a":{"x":1},"a":{"y":1,"y":2}}`, `{"a":{"y":2}}`},
		{`{"":1,"":2}`, `{"":2}`},
		{`{"\u0061":1,"a":2}`, `{"a":2}`},
		{"\"\xff\"", "\"\uFFFD\""},
	} {
		v, err := ParseJSON(c.in)
		if err != nil {
			t.Errorf("ParseJSON(%q): %v", c.in, err)
			continue
		}
		if got := v.JSON(); got != c.out {
			t.Errorf("ParseJSON(%q) prints %s, want %s", c.in, got, c.out)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	for _, s := range []string{
		``, ` `, `nul`, `nulls`, `tru`, `True`, `NaN`, `01`, `-`, `-a`, `+1`, `1.`, `.5`, `1e`, `1e+`, `0x1`,
		`"`, `"\`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"a\tb\"", "\"a\x00\"", `'a'`, `[`, `[1`, `[1,`, `[1,]`, `[,1]`, `[1 2]`,
		`{`, `{"a"`, `{"a":`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{a:1}`, `{1:1}`, `{"a" 1}`, `[1]]`, `[1}`, `{"a":1]`, `1 2`,
		strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1),
	} {
		if v, err := ParseJSON(s); err == nil {
			t.Errorf("ParseJSON(%q) = %s, want an error", s, v.JSON())
		}
		if v := FromText(s); s != "" && v.String() != s {
			t.Errorf("FromText(%q) = %s, want the text itself", s, v.JSON())
		}
	}
	deep := strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth)
	if v, err := ParseJSON(deep); err != nil || v.JSON() != deep {
		t.Errorf("%d levels: %v", MaxDepth, err)
	}
	if v := FromText(""); !v.IsNull() {
		t.Errorf("FromText(\"\") = %s, want null", v.JSON())
	}
}

func TestParserServesAgain(t *testing.T) {
	var p Parser
	a, _ := p.Parse(`{"k":[1,2,"three"]}`)
	if _, err := p.Parse(`{"k":[1,2,`); err == nil {
		t.Error("torn text was read")
	}
	b, _ := p.Parse(`["other", {"x": 1}]`)
	if a.JSON() != `{"k":[1,2,"three"]}` || b.JSON() != `["other",{"x":1}]` {
		t.Errorf("got %s and %s", a.JSON(), b.JSON())
	}
}

func TestBigBagWithDuplicates(t *testing.T) {
	var b BagBuilder
	const n = 3 * manyNames
	for round := range 2 {
		for i := range n {
			b.SetLong("name"+string(rune('a'+i%26))+strings.Repeat("x", i/26), int64(round*n+i))
		}
	}
	v := b.Value()
	if v.Len() != n {
		t.Fatalf("%d members, want %d", v.Len(), n)
	}
	i := 0
	for name, val := range v.Members() {
		if got, _ := val.AsLong(); got != int64(n+i) {
			t.Fatalf("member %s at %d is %d, want %d", name, i, got, n+i)
		}
		if m, ok := v.Member(name); !ok || !Equal(m, val) {
			t.Fatalf("member %s is not found", name)
		}
		i++
	}
}

// leniences says where ParseJSON accepts what encoding/json does not, or the
// other way round: nesting.
func agrees(s string) bool { return strings.Count(s, "[")+strings.Count(s, "{") <= MaxDepth }

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\n",null,true],"b":{}}`, `"\ud83d\ude00"`, `[1e400,-0,0.1e-5]`, `{"a":1,"a":2}`, "\"\xff\"", `12345678901234567890`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseJSON(s)
		if want := json.Valid([]byte(s)); want != (err == nil) && agrees(s) {
			t.Fatalf("ParseJSON(%q): %v; encoding/json: %v", s, err, want)
		}
		if err != nil {
			return
		}
		once := v.AppendJSON(nil)
		again, err := ParseJSON(string(once))
		if err != nil {
			t.Fatalf("%q prints %s: %v", s, once, err)
		}
		if twice := again.AppendJSON(nil); !bytes.Equal(once, twice) {
			t.Fatalf("%q prints %s, then %s", s, once, twice)
		}
		if !Equal(v, v) || Compare(v, v) != 0 {
			t.Fatalf("%s is not equal to itself", once)
		}
		if !hasOddText(s, v) && (!Equal(v, again) || v.Hash(1) != again.Hash(1)) {
			t.Fatalf("%s read back is not equal", once)
		}
	})
}

// hasOddText reports whether printing changes the value: infinities become
// strings, bytes that are not UTF-8 become U+FFFD.
func hasOddText(s string, v Value) bool {
	return strings.ToValidUTF8(s, "") != s || hasInf(v)
}

func hasInf(v Value) bool {
	if f, ok := v.AsReal(); ok {
		return math.IsInf(f, 0)
	}
	for _, e := range v.Elements() {
		if hasInf(e) {
			return true
		}
	}
	for _, e := range v.Members() {
		if hasInf(e) {
			return true
		}
	}
	return false
}
