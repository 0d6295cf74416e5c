package parquet_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// written returns the file that w makes of batches.
func written(t *testing.T, s types.Schema, o parquet.WriterOptions, batches ...*column.Batch) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := parquet.NewWriter(&buf, s, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

var texts = types.NewSchema(types.Column{Name: "S", Type: types.String})

func textBatch(c column.Column) *column.Batch { return column.NewBatch(c.Len(), []column.Column{c}) }

// TestWriteOfAnyForm writes the same rows as values, as codes into dictionaries
// that differ or have grown, and cut elsewhere.
func TestWriteOfAnyForm(t *testing.T) {
	const n = 40_000
	flat := make([]string, n)
	for i := range flat {
		flat[i] = fmt.Sprintf("value %d", i*i%1999)
	}
	want := written(t, texts, parquet.WriterOptions{}, textBatch(column.NewVec(types.String, flat, nil)))

	var grown []string
	at := map[string]uint32{}
	var coded, cut []*column.Batch
	for from := 0; from < n; from += 7000 {
		rows := flat[from:min(n, from+7000)]
		codes := make([]uint32, len(rows))
		for i, s := range rows {
			c, ok := at[s]
			if !ok {
				c = uint32(len(grown))
				at[s] = c
				grown = append(grown, s)
			}
			codes[i] = c
		}
		coded = append(coded, textBatch(&column.Dict{Codes: codes, Values: column.NewVec(types.String, grown[:len(grown):len(grown)], nil)}))
		cut = append(cut, textBatch(column.NewVec(types.String, rows, nil)))
	}
	if got := written(t, texts, parquet.WriterOptions{Workers: 3}, coded...); !bytes.Equal(got, want) {
		t.Error("dictionaries make another file")
	}
	if got := written(t, texts, parquet.WriterOptions{}, cut...); !bytes.Equal(got, want) {
		t.Error("smaller batches make another file")
	}
}

// TestTextOfAllKinds writes text that repeats, that does not, that does for a
// while, and that is long, over more than a row group.
func TestTextOfAllKinds(t *testing.T) {
	const n = 140_000
	long := strings.Repeat("long ", 60)
	for name, text := range map[string]func(i int) string{
		"one":                func(int) string { return "x" },
		"empty":              func(int) string { return "" },
		"unique":             func(i int) string { return fmt.Sprintf("%08x", i*2654435761) },
		"long":               func(i int) string { return fmt.Sprintf("%s%x", long, i*2654435761) },
		"repeats, then long": func(i int) string { return fmt.Sprintf("%s%d", long[:i/500], i/3) },
		"huge":               func(i int) string { return strings.Repeat("h", i%20_000*60) },
	} {
		t.Run(name, func(t *testing.T) {
			n := n
			if name == "huge" {
				n = 300
			}
			rows := make([]string, n)
			for i := range rows {
				rows[i] = text(i)
			}
			path := filepath.Join(t.TempDir(), "t.parquet")
			if err := os.WriteFile(path, written(t, texts, parquet.WriterOptions{Bloom: []string{"S"}}, textBatch(column.NewVec(types.String, rows, nil))), 0o600); err != nil {
				t.Fatal(err)
			}
			f := openFile(t, path, parquet.Options{})
			at := 0
			for _, b := range readAll(t, f, plan.Scan{Columns: all(f)}) {
				c, err := b.Column(0)
				if err != nil {
					t.Fatal(err)
				}
				v := column.ViewOf[string](c)
				for i := range b.Len() {
					if v.At(i) != rows[at] {
						t.Fatalf("row %d is %.50q, want %.50q", at, v.At(i), rows[at])
					}
					at++
				}
			}
			if at != n {
				t.Errorf("%d rows, want %d", at, n)
			}
			probe := rows[n/2]
			scan := plan.Scan{Columns: all(f), Hints: []plan.Hint{{Column: 0, Op: plan.HintIn, Values: column.NewVec(types.String, []string{probe}, nil)}}}
			found := false
			for _, b := range readAll(t, f, scan) {
				v := column.ViewOf[string](must(b.Column(0)))
				for i := range b.Len() {
					found = found || v.At(i) == probe
				}
			}
			if !found {
				t.Errorf("the index or the Bloom filter hides row %d", n/2)
			}
		})
	}
}

// A dictionary of huge texts takes no more than it may, wherever within a page it becomes
// full, and whatever form the rows have. What they came in is not kept.
func TestDictionaryOfHugeTexts(t *testing.T) {
	var distinct []string
	var codes []uint32
	for i := range 24 {
		distinct = append(distinct, strings.Repeat(string(rune('a'+i)), 1<<20))
		codes = append(codes, uint32(i), uint32(i), uint32(i/2))
	}
	flat := make([]string, len(codes))
	for i, code := range codes {
		flat[i] = distinct[code]
	}
	want := written(t, texts, parquet.WriterOptions{}, textBatch(column.NewVec(types.String, flat, nil)))
	coded := &column.Dict{Codes: codes, Values: column.NewVec(types.String, distinct, nil)}
	if got := written(t, texts, parquet.WriterOptions{}, textBatch(coded)); !bytes.Equal(got, want) {
		t.Errorf("codes make a file of %d bytes, values one of %d", len(got), len(want))
	}
	var single []*column.Batch
	for i := range flat {
		single = append(single, textBatch(&column.Const{One: column.NewVec(types.String, flat[i:i+1], nil), N: 1}))
	}
	if got := written(t, texts, parquet.WriterOptions{}, single...); !bytes.Equal(got, want) {
		t.Errorf("constants make a file of %d bytes, values one of %d", len(got), len(want))
	}

	w, err := parquet.NewWriter(io.Discard, texts, parquet.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := w.Write(textBatch(column.NewVec(types.String, flat, nil))); err != nil {
			t.Fatal(err)
		}
		if held := w.Held(); held > 19<<20 {
			t.Errorf("the writer holds %d MB", held>>20)
		}
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

// Huge rows are read few at a time, down to one, by whoever says how many bytes a batch
// may have, and not all of a row group at once by others.
func TestBatchesOfHugeRows(t *testing.T) {
	rows := make([]string, 200)
	for i := range rows {
		rows[i] = fmt.Sprintf("%d %s", i, strings.Repeat("h", 1<<20))
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, written(t, texts, parquet.WriterOptions{}, textBatch(column.NewVec(types.String, rows, nil))), 0o600); err != nil {
		t.Fatal(err)
	}
	f := openFile(t, path, parquet.Options{})
	for _, test := range []struct {
		bytes int64
		most  int
	}{{1, 1}, {4 << 20, 4}, {0, 64}} {
		at := 0
		for _, b := range readAll(t, f, plan.Scan{Columns: all(f), BatchBytes: test.bytes}) {
			if b.Len() == 0 || b.Len() > test.most {
				t.Errorf("a batch of %d bytes has %d rows, want %d at most", test.bytes, b.Len(), test.most)
			}
			v := column.ViewOf[string](must(b.Column(0)))
			for i := range b.Len() {
				if v.At(i) != rows[at] {
					t.Fatalf("row %d is %.10q", at, v.At(i))
				}
				at++
			}
		}
		if at != len(rows) {
			t.Errorf("%d rows, want %d", at, len(rows))
		}
	}
}

// A full disk is an error of the write or of Close, and of all calls after it;
// no file is left that looks whole.
func TestFullDisk(t *testing.T) {
	rows := testRows(20_000)
	whole := len(written(t, schema, parquet.WriterOptions{}, rows))
	for _, space := range []int{0, 3, 1000, whole / 2, whole - 1} {
		w, err := parquet.NewWriter(&fullDisk{left: space}, schema, parquet.WriterOptions{})
		if err == nil {
			err = w.Write(rows)
		}
		if err == nil {
			err = w.Close()
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("space for %d of %d bytes: error is %v", space, whole, err)
		}
		if w != nil && !errors.Is(w.Write(rows), syscall.ENOSPC) {
			t.Errorf("space for %d bytes: a write after the error succeeds", space)
		}
	}
}

type fullDisk struct{ left int }

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return d.left, syscall.ENOSPC
	}
	d.left -= len(p)
	return len(p), nil
}
