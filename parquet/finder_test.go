package parquet_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// TestKeptIdentifiers looks a few texts of a column up that is in memory: the
// batches have the rows that hold them, and no others.
func TestKeptIdentifiers(t *testing.T) {
	const n = 200_000
	rows := testRows(n)
	ids := slices.Clone(column.FlatVec[string](must(rows.Column(2))).Vals)
	ids[70_000], ids[150_000] = ids[1], ids[1] // in both row groups
	ids[9] = ""
	cols := []column.Column{must(rows.Column(0)), must(rows.Column(1)), column.NewVec(types.String, ids, nil)}
	for i := 3; i < rows.Width(); i++ {
		cols = append(cols, must(rows.Column(i)))
	}
	rows = column.NewBatch(n, cols)
	f := openFile(t, write(t, rows, parquet.WriterOptions{}), parquet.Options{Keep: true})
	for _, b := range readAll(t, f, plan.Scan{Columns: []int{2}}) {
		must(b.Column(0))
	}
	look := func(list string, want ...int) {
		t.Helper()
		h := plan.Hint{Column: 2, Op: plan.HintIn, Values: column.NewVec(types.String, strings.Split(list, " "), nil)}
		var got, wanted []string
		for _, b := range readAll(t, f, plan.Scan{Columns: all(f), Hints: []plan.Hint{h}}) {
			for i := range b.Len() {
				got = append(got, text(t, b, i))
			}
		}
		for _, i := range want {
			wanted = append(wanted, text(t, rows, i))
		}
		if !slices.Equal(got, wanted) {
			t.Errorf("look-up of %q gives\n%s\nwant\n%s", list, strings.Join(got, "\n"), strings.Join(wanted, "\n"))
		}
	}
	for range 2 {
		look(ids[100_000], 100_000)
		look(ids[199_999]+" nobody "+ids[0]+" "+ids[0], 0, 199_999)
		look(ids[1], 1, 70_000, 150_000)
		look("", 9)
		look("nobody")
	}
}
