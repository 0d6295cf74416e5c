package parquet_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// nearUnique writes n rows of text and of bags that do not repeat, some null.
func nearUnique(t *testing.T, n int) *parquet.File {
	t.Helper()
	s := types.NewSchema(types.Column{Name: "Text", Type: types.String}, types.Column{Name: "Bag", Type: types.Dynamic})
	text, bags := make([]string, n), make([]dynamic.Value, n)
	for i := range n {
		text[i] = fmt.Sprintf("%0*d row", 20+i%90, i*2654435761)
		if i%5 != 2 {
			bags[i] = dynamic.FromText(fmt.Sprintf(`{"n":%d,"pad":%q}`, i, text[i]))
		}
	}
	var buf bytes.Buffer
	w, err := parquet.NewWriter(&buf, s, parquet.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	cols := []column.Column{column.NewVec(types.String, text, nil), column.NewVec(types.Dynamic, bags, nil)}
	if err := w.Write(column.NewBatch(n, cols)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return openFile(t, path, parquet.Options{})
}

// TestPieces compares what comes a piece at a time with what comes at once, for
// all rows, many and few.
func TestPieces(t *testing.T) {
	f := nearUnique(t, 140_000) // two row groups
	for _, in := range []uint32{1, 2, 100} {
		batches := readAll(t, f, plan.Scan{Columns: []int{0, 1}})
		for _, b := range batches {
			var rows []uint32
			for r := uint32(in / 2); int(r) < b.Len(); r += in {
				rows = append(rows, r)
			}
			if in > 1 {
				b = b.Gather(rows)
			}
			for i := range b.Width() {
				lazy, isLazy := b.Raw(i).(*column.Lazy)
				if !isLazy {
					t.Fatalf("column %d has been read", i)
				}
				var got []string
				ok, err := lazy.Pieces(func(c column.Column) error {
					for r := range c.Len() {
						got = append(got, strings.Clone(cell(c, r)))
					}
					return nil
				})
				if err != nil || ok != (in < 100) {
					t.Fatalf("one row in %d: %t, %v", in, ok, err)
				}
				c, err := b.Column(i)
				if err != nil {
					t.Fatal(err)
				}
				var want []string
				for r := range c.Len() {
					want = append(want, cell(c, r))
				}
				if ok && !slices.Equal(got, want) {
					t.Fatalf("one row in %d: column %d differs a piece at a time", in, i)
				}
			}
		}
	}
}
