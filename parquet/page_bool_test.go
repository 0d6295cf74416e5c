package parquet

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// TestBooleans reads booleans that the library has written in every form: as bits
// and as runs, in both versions of pages, with nulls and without, of pages that
// do not end at a byte.
func TestBooleans(t *testing.T) {
	const n = 1003
	want := func(i int) bool { return i%3 == 0 || i > 500 && i < 800 }
	for _, version := range []int{1, 2} {
		for _, runs := range []bool{false, true} {
			for _, nulls := range []bool{false, true} {
				node := pq.Leaf(pq.BooleanType)
				if runs {
					node = pq.Encoded(node, &pq.RLE)
				}
				if nulls {
					node = pq.Optional(node)
				}
				path := filepath.Join(t.TempDir(), "b.parquet")
				writeBooleans(t, path, node, version, n, nulls, want)
				f, err := Open(path, Options{})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				r, err := f.Open(context.Background(), plan.Scan{Columns: []int{0}})
				if err != nil {
					t.Fatal(err)
				}
				b, err := r.Next(context.Background())
				if err != nil {
					t.Fatal(err)
				}
				whole, err := b.Column(0)
				if err != nil {
					t.Fatalf("version %d, runs %v, nulls %v: %v", version, runs, nulls, err)
				}
				few, err := b.Gather([]uint32{7, 8, 501, 1002}).Column(0)
				if err != nil {
					t.Fatal(err)
				}
				check := func(c column.Column, at, row int) {
					t.Helper()
					v := column.ViewOf[bool](c)
					if null := nulls && row%5 == 0; v.Null(at) != null || !null && v.At(at) != want(row) {
						t.Errorf("version %d, runs %v, nulls %v: row %d is %v, null %v", version, runs, nulls, row, v.At(at), v.Null(at))
					}
				}
				for i := range n {
					check(whole, i, i)
				}
				for at, row := range []int{7, 8, 501, 1002} {
					check(few, at, row)
				}
			}
		}
	}
}

func writeBooleans(t *testing.T, path string, node pq.Node, version, n int, nulls bool, want func(int) bool) {
	t.Helper()
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := pq.NewGenericWriter[any](out, pq.NewSchema("t", pq.Group{"B": node}), pq.DataPageVersion(version), pq.PageBufferSize(64))
	for i := range n {
		v := pq.BooleanValue(want(i)).Level(0, 0, 0)
		if nulls {
			v = v.Level(0, 1, 0)
			if i%5 == 0 {
				v = pq.NullValue().Level(0, 0, 0)
			}
		}
		if _, err := w.WriteRows([]pq.Row{{v}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestDamagedBooleans must fail and not read beyond the page.
func TestDamagedBooleans(t *testing.T) {
	for _, data := range [][]byte{nil, {1}, {0xff, 0xff, 0xff, 0xff}, {1, 0, 0, 0, 0}, {2, 0, 0, 0, 0xff, 0xff}} {
		for _, runs := range []bool{false, true} {
			if _, err := booleans(append(data, make([]byte, 0, 16)...), 100, runs); err == nil {
				t.Errorf("%v as 100 booleans, runs %v: no error", data, runs)
			}
		}
	}
}
