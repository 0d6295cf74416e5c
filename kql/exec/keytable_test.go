package exec

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

var allTypes = []types.Type{
	types.Bool, types.Int, types.Long, types.Real, types.Decimal, types.String,
	types.DateTime, types.TimeSpan, types.GUID, types.Dynamic,
}

// randomColumn returns n values of t of about kinds kinds, null among them.
func randomColumn(t *testing.T, r *rand.Rand, typ types.Type, n, kinds int) column.Column {
	b := column.NewBuilder(typ, n)
	for range n {
		k := r.IntN(kinds)
		s := ""
		switch {
		case k == 0:
			s = "-"
		case typ == types.Bool:
			s = []string{"true", "false"}[k%2]
		case typ == types.Real:
			s = []string{fmt.Sprintf("%d.25", k), fmt.Sprintf("-%d", k), "NaN", "-inf", "inf", "0", "-0"}[k%7]
		case typ == types.Decimal:
			s = []string{"1.5", "1.50", fmt.Sprint(-k), fmt.Sprint(k)}[k%4]
		case typ == types.DateTime:
			s = fmt.Sprintf("2024-01-%02d", 1+k%28)
		case typ == types.TimeSpan:
			s = fmt.Sprintf("%02d:00:00", k%24)
		case typ == types.GUID, typ == types.String && k%3 == 0:
			s = types.GUID128{0: byte(k), 15: byte(k >> 8)}.String()
		case typ == types.String && k%7 == 1:
			s = (types.GUID128{}).String()
		case typ == types.String:
			s = fmt.Sprintf("text%d", k)
		default:
			s = fmt.Sprint(k - kinds/2)
		}
		appendCell(t, b, typ, s)
	}
	return b.Finish()
}

func TestKeyTables(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, typ := range allTypes {
		for _, kinds := range []int{3, 50, 30_000} {
			t.Run(fmt.Sprintf("%s of %d", typ, kinds), func(t *testing.T) {
				checkKeyTable(t, typ, randomColumn(t, r, typ, 40_000, kinds), randomColumn(t, r, typ, 1000, kinds))
			})
		}
	}
}

// keyText is one text for all values that are the same key.
func keyText(c column.Column, i int) string {
	if s := cellText(c, i); s != "-0" {
		return s
	}
	return "0"
}

func checkKeyTable(t *testing.T, typ types.Type, c, probe column.Column) {
	table := newKeyTable(typ)
	ids := make([]uint32, c.Len())
	half := c.Len() / 2
	table.add(column.Slice(c, 0, half), ids[:half])
	table.add(column.Slice(c, half, c.Len()), ids[half:])
	known := map[string]uint32{}
	for i, id := range ids {
		key := keyText(c, i)
		want, seen := known[key]
		if !seen {
			want = uint32(len(known))
			known[key] = want
		}
		if id != want {
			t.Fatalf("row %d, %s: number %d, want %d", i, key, id, want)
		}
	}
	if table.len() != len(known) {
		t.Fatalf("%d values, want %d", table.len(), len(known))
	}
	vals, err := column.Force(table.values())
	if err != nil {
		t.Fatal(err)
	}
	for i := range vals.Len() {
		if known[keyText(vals, i)] != uint32(i) {
			t.Fatalf("value %d is %s", i, cellText(vals, i))
		}
	}
	checkFind(t, table, probe, known)
	if s, ok := table.(settler); ok {
		s.settle()
		checkFind(t, table, probe, known)
		checkFind(t, table, c, known)
	}
}

func checkFind(t *testing.T, table keyTable, probe column.Column, known map[string]uint32) {
	t.Helper()
	found := make([]uint32, probe.Len())
	table.find(probe, found)
	for i, id := range found {
		want, ok := known[keyText(probe, i)]
		if !ok {
			want = none
		}
		if id != want {
			t.Fatalf("find %s: number %d, want %d", cellText(probe, i), id, want)
		}
	}
}

// TestSortTypes sorts random columns of every type and compares with a stable
// sort by pairs.
func TestSortTypes(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, typ := range allTypes {
		for _, dict := range []bool{false, true} {
			for variant := range 4 {
				t.Run(fmt.Sprint(typ, dict, variant), func(t *testing.T) {
					key := plan.SortKey{Desc: variant&1 != 0, NullsFirst: variant&2 != 0}
					a := randomColumn(t, r, types.Long, 300, 4)
					b := randomColumn(t, r, typ, 300, 20)
					keys := []plan.SortKey{{}, key}
					want := make([]uint32, 300)
					for i := range want {
						want[i] = uint32(i)
					}
					slices.SortStableFunc(want, func(i, j uint32) int {
						if c := naiveCompare(a, int(i), int(j), keys[0]); c != 0 {
							return c
						}
						return naiveCompare(b, int(i), int(j), key)
					})
					cols := []column.Column{a, b}
					if dict {
						cols = []column.Column{asDict(a), asDict(b)}
					}
					if got := order(sortColumns(keys, cols), 300); !slices.Equal(got, want) {
						t.Errorf("got %v\nwant %v", got, want)
					}
				})
			}
		}
	}
}

// naiveCompare orders two rows as the documentation of sort says.
// TestSortMany sorts more rows than one worker takes, of words that share bytes,
// that have few values or all 64 bits, and of texts with a common beginning.
func TestSortMany(t *testing.T) {
	const n = 2 * manySorted
	r := rand.New(rand.NewPCG(9, 9))
	numbers := func(f func() int64) column.Column {
		vals := make([]int64, n)
		for i := range vals {
			vals[i] = f()
		}
		return column.NewVec(types.Long, vals, nil)
	}
	few, wide := numbers(func() int64 { return r.Int64N(5) }), numbers(func() int64 { return int64(r.Uint64()) })
	close := numbers(func() int64 { return 1<<60 + r.Int64N(1000)<<20 })
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf("account-%d", r.IntN(20_000))
	}
	text := column.NewVec(types.String, texts, nil)
	for name, cols := range map[string][]column.Column{
		"few": {few}, "wide": {wide}, "close": {close}, "text": {text}, "few and text": {few, text}, "text and few": {text, few},
		"few and close": {few, close}, "few, wide, text": {few, wide, text}, "one outlier": {numbers(func() int64 { return r.Int64N(1<<20) * r.Int64N(2) * r.Int64N(2) })},
	} {
		keys := make([]plan.SortKey, len(cols))
		for i := range keys {
			keys[i].Desc = r.IntN(2) == 0
		}
		want := make([]uint32, n)
		for i := range want {
			want[i] = uint32(i)
		}
		slices.SortStableFunc(want, func(a, b uint32) int {
			for k, c := range cols {
				if o := compareCells(c, int(a), c, int(b)); o != 0 && keys[k].Desc {
					return -o
				} else if o != 0 {
					return o
				}
			}
			return 0
		})
		for _, workers := range []int{1, 3} {
			if got := orderBy(sortColumns(keys, cols), n, workers); !slices.Equal(got, want) {
				t.Errorf("%s, %d workers, %+v: not in order", name, workers, keys)
			}
		}
	}
}

func naiveCompare(c column.Column, i, j int, k plan.SortKey) int {
	class := func(i int) int {
		nan := false
		if v, ok := c.(*column.Vec[float64]); ok && !c.Null(i) {
			nan = v.Vals[i] != v.Vals[i]
		}
		switch {
		case c.Type() != types.String && c.Null(i):
			return 2
		case nan:
			return 1
		}
		return 0
	}
	if a, b := class(i), class(j); a != b || a > 0 {
		if k.NullsFirst {
			return b - a
		}
		return a - b
	}
	if k.Desc {
		i, j = j, i
	}
	return compareCells(c, i, c, j)
}
