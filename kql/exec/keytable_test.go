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
