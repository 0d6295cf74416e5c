package exec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestTupleTable numbers rows of keys of all types, with nulls, texts that are GUIDs
// and others, in slices and in another order than they are in.
func TestTupleTable(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 60 {
		keys := make([]types.Type, 1+r.IntN(3))
		for j := range keys {
			keys[j] = allTypes[r.IntN(len(allTypes))]
		}
		checkTupleTable(t, r, keys, 1+r.IntN(3000), []int{2, 9, 1000}[r.IntN(3)])
	}
}

func checkTupleTable(t *testing.T, r *rand.Rand, keys []types.Type, n, kinds int) {
	t.Helper()
	l := newTupleLayout(keys)
	table := newTupleTable(l, r.IntN(100))
	var hash keyHasher
	known := map[string]uint32{}
	for range 3 {
		cols, packed := make([]column.Column, len(keys)), make([]column.Column, len(keys))
		for j, typ := range keys {
			cols[j] = randomColumn(t, r, typ, n, kinds)
			if r.IntN(4) == 0 {
				cols[j] = &column.Const{One: column.Slice(cols[j], 0, 1), N: n}
			}
			packed[j] = packGUIDs(cols[j])
		}
		rows := make([]uint32, n)
		for i, p := range r.Perm(n) {
			rows[i] = uint32(p)
		}
		all := l.gather(packed, hash.hashes(packed, n), rows)
		ids := make([]uint32, n)
		cut := r.IntN(n + 1)
		table.add(all.slice(0, cut), ids[:cut])
		table.add(all.slice(cut, n), ids[cut:])
		for i, row := range rows {
			key := rowText(cols, int(row))
			want, seen := known[key]
			if !seen {
				want = uint32(len(known))
				known[key] = want
			}
			if ids[i] != want {
				t.Fatalf("%v of %d, row %s: number %d, want %d", keys, kinds, key, ids[i], want)
			}
		}
	}
	if table.len() != len(known) {
		t.Fatalf("%v: %d rows, want %d", keys, table.len(), len(known))
	}
	vals := table.values()
	for j := range vals {
		c, err := column.Force(vals[j])
		if err != nil {
			t.Fatal(err)
		}
		vals[j] = c
	}
	for i := range table.len() {
		if key := rowText(vals, i); known[key] != uint32(i) {
			t.Fatalf("%v: row %d is %s, which has number %d", keys, i, key, known[key])
		}
	}
}

// rowText is one text for all rows that are the same.
func rowText(cols []column.Column, i int) string {
	cells := make([]string, len(cols))
	for j, c := range cols {
		if k, ok := c.(*column.Const); ok {
			cells[j] = keyText(k.One, 0)
		} else {
			cells[j] = keyText(c, i)
		}
	}
	return strings.Join(cells, "|")
}

// TestTupleTexts prints some rows of a key whose texts are GUIDs, and others.
func TestTupleTexts(t *testing.T) {
	texts := []string{"", "a", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "00000000-0000-0000-0000-000000000000", "3F2504E0-4F89-11D3-9A0C-0305E82C3301", "00000000-0000-0000-0000-000000000001"}
	c := column.NewVec(types.String, texts, nil)
	l := newTupleLayout([]types.Type{types.String})
	table := newTupleTable(l, 0)
	var hash keyHasher
	rows := []uint32{0, 1, 2, 3, 4, 5}
	table.add(l.gather([]column.Column{c}, hash.hashes([]column.Column{c}, len(rows)), rows), make([]uint32, len(rows)))
	some, err := column.Force(column.Gather(table.values()[0], []uint32{5, 0, 3, 3, 2}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{texts[5], texts[0], texts[3], texts[3], texts[2]}
	if got := column.FlatVec[string](some).Vals; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
