package dynamic

import (
	"math"
	"strconv"
	"testing"

	"github.com/calypso-kql/calypso/kql/types"
)

var (
	testGUID    = types.GUID128{0x74, 0xbe, 0x27, 0xde, 0x1e, 0x4e, 0x49, 0xd9, 0xb5, 0x79, 0xfe, 0x0b, 0x33, 0x1d, 0x36, 0x42}
	testDate, _ = types.ParseDateTime("2007-01-01")
)

func decimal(s string) Value {
	d, _ := types.ParseDecimal(s)
	return FromDecimal(d)
}

func parse(s string) Value {
	v, err := ParseJSON(s)
	if err != nil {
		panic(err)
	}
	return v
}

func TestScalars(t *testing.T) {
	for _, c := range []struct {
		v                Value
		kind, json, text string
	}{
		{Value{}, "null", `null`, ``},
		{FromBool(true), "bool", `true`, `true`},
		{FromBool(false), "bool", `false`, `false`},
		{FromLong(-42), "long", `-42`, `-42`},
		{FromReal(118), "double", `118.0`, `118.0`},
		{FromReal(1.5), "double", `1.5`, `1.5`},
		{FromReal(math.NaN()), "double", `"NaN"`, `NaN`},
		{FromReal(math.Inf(-1)), "double", `"-Infinity"`, `-Infinity`},
		{decimal("1.50"), "decimal", `"1.5"`, `1.5`},
		{FromString(""), "string", `""`, ``},
		{FromString("a\"\\\x01é"), "string", `"a\"\\\u0001é"`, "a\"\\\x01é"},
		{FromDateTime(testDate), "datetime", `"2007-01-01T00:00:00.0000000Z"`, `2007-01-01T00:00:00.0000000Z`},
		{FromTimeSpan(2 * types.TicksPerSecond), "timespan", `"00:00:02"`, `00:00:02`},
		{FromGUID(testGUID), "guid", `"74be27de-1e4e-49d9-b579-fe0b331d3642"`, `74be27de-1e4e-49d9-b579-fe0b331d3642`},
		{parse(`[]`), "array", `[]`, `[]`},
		{parse(`{"a":["b"]}`), "dictionary", `{"a":["b"]}`, `{"a":["b"]}`},
	} {
		if got := c.v.Kind().String(); got != c.kind {
			t.Errorf("%s is a %s, want %s", c.json, got, c.kind)
		}
		if got := c.v.JSON(); got != c.json {
			t.Errorf("prints %s, want %s", got, c.json)
		}
		if got := c.v.String(); got != c.text {
			t.Errorf("%s is %q as text, want %q", c.json, got, c.text)
		}
		if back := FromEncoding(c.v.Encoding()); !Equal(back, c.v) {
			t.Errorf("%s is lost in its encoding", c.json)
		}
		if c.v.Len() != 0 && c.kind != "dictionary" || !c.v.Index(0).IsNull() {
			t.Errorf("%s has elements", c.json)
		}
	}
}

func TestReadersDoNotConvert(t *testing.T) {
	all := []Value{{}, FromBool(true), FromLong(1), FromReal(1), decimal("1"), FromString("12345678"), FromDateTime(1), FromTimeSpan(1), FromGUID(testGUID), parse(`[1]`), parse(`{"a":1}`)}
	for _, v := range all {
		_, b := v.AsBool()
		_, l := v.AsLong()
		_, r := v.AsReal()
		_, d := v.AsDecimal()
		_, s := v.AsString()
		_, dt := v.AsDateTime()
		_, ts := v.AsTimeSpan()
		_, g := v.AsGUID()
		got := [numKinds]bool{Bool: b, Long: l, Real: r, Decimal: d, String: s, DateTime: dt, TimeSpan: ts, GUID: g}
		want := [numKinds]bool{}
		if k := v.Kind(); k > Null && k < Array {
			want[k] = true
		}
		if got != want {
			t.Errorf("%s (%s) reads as %v", v.JSON(), v.Kind(), got)
		}
	}
}

func TestBuilders(t *testing.T) {
	var a ArrayBuilder
	var b BagBuilder
	for range 2 { // the second round finds the builders empty
		if a.Value().JSON() != `[]` || b.Value().JSON() != `{}` {
			t.Error("an empty builder gives what is not empty")
		}
		a.AppendBool(true)
		a.AppendLong(1)
		a.AppendReal(2)
		a.AppendNull()
		a.AppendString("x")
		a.AppendDateTime(testDate)
		a.AppendTimeSpan(0)
		a.AppendGUID(testGUID)
		a.AppendDecimal(types.DecimalFromLong(3))
		a.Append(parse(`[[],{}]`))
		if a.Len() != 10 {
			t.Errorf("%d elements", a.Len())
		}
		arr := a.Value()
		const want = `[true,1,2.0,null,"x","2007-01-01T00:00:00.0000000Z","00:00:00","74be27de-1e4e-49d9-b579-fe0b331d3642","3",[[],{}]]`
		if arr.JSON() != want || arr.Len() != 10 {
			t.Errorf("array is %s", arr.JSON())
		}
		b.SetLong("l", 1)
		b.SetReal("r", 1)
		b.Set("b", FromBool(false))
		b.SetString("s", "x")
		b.SetDateTime("d", testDate)
		b.Set("t", FromTimeSpan(types.TicksPerDay))
		b.Set("n", Value{})
		b.Set("l", parse(`{"deep":[1]}`))
		bag := b.Value()
		if got := bag.JSON(); got != `{"l":{"deep":[1]},"r":1.0,"b":false,"s":"x","d":"2007-01-01T00:00:00.0000000Z","t":"1.00:00:00","n":null}` {
			t.Errorf("bag is %s", got)
		}
		if v, ok := Path(bag, Name("l"), Name("deep"), At(-1)); !ok || v.JSON() != `1` {
			t.Errorf("path leads to %s", v.JSON())
		}
		if v, ok := bag.Member("n"); !ok || !v.IsNull() {
			t.Error("a null member is not there")
		}
		if _, ok := bag.Member("N"); ok {
			t.Error("names ignore case")
		}
		a.AppendLong(1)
		a.Reset()
		b.SetLong("x", 1)
		b.Reset()
	}
}

func TestIterationStops(t *testing.T) {
	n := 0
	for range parse(`[1,2,3]`).Elements() {
		n++
		break
	}
	for range parse(`{"a":1,"b":2}`).Members() {
		n++
		break
	}
	if n != 2 {
		t.Errorf("%d rounds", n)
	}
	arr := parse(`[10,20,30]`)
	for i, want := range map[int]string{0: `10`, 2: `30`, 3: `null`, -1: `30`, -3: `10`, -4: `null`} {
		if got := arr.Index(i).JSON(); got != want {
			t.Errorf("element %d is %s, want %s", i, got, want)
		}
	}
}

// TestOrder lists values from the smallest up: each is smaller than all that
// follow it, and equal to itself alone.
func TestOrder(t *testing.T) {
	order := []Value{
		{},
		FromReal(math.NaN()), FromReal(math.Inf(-1)), FromLong(math.MinInt64), FromReal(-1.5), FromLong(0), FromReal(0), decimal("0"), FromDateTime(0), FromTimeSpan(0),
		decimal("0.1"), FromReal(0.5), FromLong(1), FromReal(1), decimal("1"), FromLong(2), FromLong(1<<53 + 1), FromReal(1<<53 + 2),
		FromDateTime(testDate), FromDateTime(testDate + 1), FromLong(math.MaxInt64), FromReal(1 << 63), decimal("1e30"), FromReal(math.Inf(1)),
		FromString(""), FromString("A"), FromString("a"), FromString("ab"), FromString("é"),
		FromGUID(types.GUID128{}), FromGUID(testGUID), FromBool(false), FromBool(true),
		parse(`[]`), parse(`[null]`), parse(`[1]`), parse(`[1,1]`), parse(`[1.0]`), parse(`["a"]`),
		parse(`{}`), parse(`{"a":1}`), parse(`{"b":0,"a":1}`), parse(`{"a":2}`), parse(`{"b":1}`),
	}
	for i, a := range order {
		for j, b := range order {
			want := 0
			if i < j {
				want = -1
			} else if i > j {
				want = 1
			}
			if got := Compare(a, b); got != want {
				t.Errorf("Compare(%s %s, %s %s) = %d, want %d", a.Kind(), a.JSON(), b.Kind(), b.JSON(), got, want)
			}
			if Equal(a, b) != (i == j) {
				t.Errorf("Equal(%s %s, %s %s) = %v", a.Kind(), a.JSON(), b.Kind(), b.JSON(), i != j)
			}
			if i != j && a.Hash(7) == b.Hash(7) {
				t.Errorf("%s and %s share a hash", a.JSON(), b.JSON())
			}
		}
	}
}

func TestEqualIsHashedEqual(t *testing.T) {
	for _, c := range [][2]Value{
		{FromReal(0), FromReal(math.Copysign(0, -1))},
		{FromReal(math.NaN()), FromReal(math.Float64frombits(0xfff8_0000_0000_0001))},
		{decimal("1.50"), decimal("1.5")},
		{decimal("0"), decimal("-0.00")},
		{parse(`{"a":1,"b":[0.0,{"c":2,"d":3}]}`), parse(`{"b":[-0.0,{"d":3,"c":2}],"a":1}`)},
	} {
		if !Equal(c[0], c[1]) || Compare(c[0], c[1]) != 0 || c[0].Hash(3) != c[1].Hash(3) {
			t.Errorf("%s and %s differ", c[0].JSON(), c[1].JSON())
		}
		if c[0].Hash(3) == c[0].Hash(4) {
			t.Errorf("%s: the seed does not count", c[0].JSON())
		}
	}
	if Equal(parse(`{"a":1,"b":2}`), parse(`{"a":1,"c":2}`)) || Equal(parse(`[1,2]`), parse(`[2,1]`)) {
		t.Error("what differs is equal")
	}
}

func TestMerge(t *testing.T) {
	got := Merge(parse(`{"a":1,"b":{"x":1}}`), FromLong(1), parse(`{"b":3,"c":4}`), Value{}, parse(`{"c":5,"a":6,"d":null}`))
	if got.JSON() != `{"a":1,"b":{"x":1},"c":4,"d":null}` {
		t.Errorf("got %s", got.JSON())
	}
	var b BagBuilder
	const n = 3 * manyNames
	for round := range 3 { // a builder that was reset knows no names
		for i := range 2 * n {
			name := strconv.Itoa(i * 7 % n)
			if b.SetNew(name, FromLong(int64(i))) != (i < n) {
				t.Fatalf("round %d: %s at %d", round, name, i)
			}
		}
		if v := b.Value(); v.Len() != n {
			t.Fatalf("%d members, want %d", v.Len(), n)
		}
	}
}

func TestCanonicalJSON(t *testing.T) {
	got := string(parse(`{"b":[{"z":1,"y":"2"}],"a":null,"B":{}}`).AppendCanonicalJSON(nil))
	if got != `{"B":{},"a":null,"b":[{"y":"2","z":1}]}` {
		t.Errorf("got %s", got)
	}
}

// TestAllocations pins what a value costs: one allocation to make it, none to
// look into it.
func TestAllocations(t *testing.T) {
	const doc = `{"a":[1,2.5,{"b":"text"}],"c":{"d":true}}`
	var p Parser
	v, _ := p.Parse(doc)
	dst := make([]byte, 0, 256)
	path := []Step{Name("a"), At(-1), Name("b")}
	l := NewLookup(path)
	for _, c := range []struct {
		name string
		want float64
		f    func()
	}{
		{"Parse", 1, func() { p.Parse(doc) }},
		{"FromText", 1, func() { p.FromText("no json") }},
		{"Lookup, as value", 1, func() { l.Value(doc) }},
		{"Lookup, as text", 0, func() { l.Text(doc) }},
		{"Path", 0, func() { Path(v, path...) }},
		{"AppendJSON", 0, func() { dst = v.AppendJSON(dst[:0]) }},
		{"Hash, Equal", 0, func() { v.Hash(1); Equal(v, v) }},
		{"FromBool", 0, func() { FromBool(len(doc) > 3).AsBool() }},
	} {
		if n := testing.AllocsPerRun(100, c.f); n != c.want {
			t.Errorf("%s: %g allocations, want %g", c.name, n, c.want)
		}
	}
}
