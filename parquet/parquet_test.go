package parquet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

const day = 864_000_000_000

// start is 2024-01-01 in ticks.
var start = types.DaysOfDate(2024, 1, 1) * day

var schema = types.NewSchema(
	types.Column{Name: "Time", Type: types.DateTime},
	types.Column{Name: "App", Type: types.String},
	types.Column{Name: "Id", Type: types.String},
	types.Column{Name: "B", Type: types.Bool},
	types.Column{Name: "I", Type: types.Int},
	types.Column{Name: "R", Type: types.Real},
	types.Column{Name: "D", Type: types.Decimal},
	types.Column{Name: "G", Type: types.GUID},
	types.Column{Name: "Span", Type: types.TimeSpan},
	types.Column{Name: "Bag", Type: types.Dynamic},
	types.Column{Name: "AllNull", Type: types.Long},
)

// testRows makes n rows; every seventh has nulls where there are nulls.
func testRows(n int) *column.Batch {
	cols := make([]column.Builder, schema.Len())
	for i, c := range schema.Columns {
		cols[i] = column.NewBuilder(c.Type, n)
	}
	for i := range n {
		cols[0].(*column.TypedBuilder[int64]).Append(start + int64(i)*10_000_007)
		cols[1].(*column.TypedBuilder[string]).Append(fmt.Sprintf("app %d", i%5))
		cols[2].(*column.TypedBuilder[string]).Append(fmt.Sprintf("%08x-0000-4000-8000-%012x", i*2654435761, i))
		if i%7 == 3 {
			for _, b := range cols[3:] {
				b.AppendNull()
			}
			continue
		}
		cols[3].(*column.TypedBuilder[bool]).Append(i%2 == 0)
		cols[4].(*column.TypedBuilder[int64]).Append(int64(-i))
		cols[5].(*column.TypedBuilder[float64]).Append(float64(i) / 3)
		cols[6].(*column.TypedBuilder[types.Decimal128]).Append(types.DecimalFromLong(int64(i)))
		cols[7].(*column.TypedBuilder[types.GUID128]).Append(types.GUID128{15: byte(i), 3: byte(i >> 8)})
		cols[8].(*column.TypedBuilder[int64]).Append(int64(i) * 17)
		cols[9].(*column.TypedBuilder[dynamic.Value]).Append(dynamic.FromText(fmt.Sprintf(`{"n":%d,"s":["x",null]}`, i%11)))
		cols[10].AppendNull()
	}
	out := make([]column.Column, len(cols))
	for i, b := range cols {
		out[i] = b.Finish()
	}
	return column.NewBatch(n, out)
}

func write(t *testing.T, b *column.Batch, o parquet.WriterOptions) string {
	t.Helper()
	var buf bytes.Buffer
	w, err := parquet.NewWriter(&buf, schema, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "t.parquet")
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func openFile(t *testing.T, path string, o parquet.Options) *parquet.File {
	t.Helper()
	f, err := parquet.Open(path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func readAll(t *testing.T, f *parquet.File, s plan.Scan) []*column.Batch {
	t.Helper()
	r, err := f.Open(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var out []*column.Batch
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
}

func all(f *parquet.File) []int {
	out := make([]int, f.Schema().Len())
	for i := range out {
		out[i] = i
	}
	return out
}

// text prints row i of b, for comparison.
func text(t *testing.T, b *column.Batch, i int) string {
	t.Helper()
	var parts []string
	for j := range b.Width() {
		c, err := b.Column(j)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, cell(c, i))
	}
	return strings.Join(parts, " ")
}

func cell(c column.Column, i int) string {
	if c.Null(i) {
		return "null"
	}
	switch c.Type() {
	case types.Bool:
		v := column.ViewOf[bool](c)
		return fmt.Sprint(v.At(i))
	case types.Real:
		v := column.ViewOf[float64](c)
		return fmt.Sprint(v.At(i))
	case types.String:
		v := column.ViewOf[string](c)
		return v.At(i)
	case types.GUID:
		v := column.ViewOf[types.GUID128](c)
		return v.At(i).String()
	case types.Decimal:
		v := column.ViewOf[types.Decimal128](c)
		return string(types.AppendDecimal(nil, v.At(i)))
	case types.Dynamic:
		v := column.ViewOf[dynamic.Value](c)
		return v.At(i).JSON()
	}
	v := column.ViewOf[int64](c)
	return fmt.Sprint(v.At(i))
}

// TestManyRows reads a file of several row groups in the ways in which queries do.
func TestManyRows(t *testing.T) {
	want := testRows(300_000)
	path := write(t, want, parquet.WriterOptions{Bloom: []string{"Id"}})
	t.Run("every row", func(t *testing.T) { roundTrip(t, want, path) })
	t.Run("few rows", func(t *testing.T) { sparseRows(t, want, path) })
	t.Run("hints", func(t *testing.T) { hints(t, want, path) })
	t.Run("rows of all parts", func(t *testing.T) { rowsTogether(t, want, path) })
}

func roundTrip(t *testing.T, want *column.Batch, path string) {
	f := openFile(t, path, parquet.Options{})
	if got := f.Schema(); !got.Equal(schema) {
		t.Fatalf("schema is %s, want %s", got, schema)
	}
	n := 0
	for _, b := range readAll(t, f, plan.Scan{Columns: all(f)}) {
		for i := 0; i < b.Len(); i += 997 {
			if g, w := text(t, b, i), text(t, want, n+i); g != w {
				t.Fatalf("row %d is\n%s\nwant\n%s", n+i, g, w)
			}
		}
		n += b.Len()
	}
	if n != want.Len() {
		t.Errorf("%d rows, want %d", n, want.Len())
	}
}

// sparseRows reads few rows of lazy columns, page by page.
func sparseRows(t *testing.T, want *column.Batch, path string) {
	f := openFile(t, path, parquet.Options{})
	batches := readAll(t, f, plan.Scan{Columns: all(f)})
	rows := []uint32{0, 3, 4, 20_000, 20_001, uint32(batches[0].Len() - 1)}
	got := batches[0].Gather(rows)
	for i, r := range rows {
		if g, w := text(t, got, i), text(t, want, int(r)); g != w {
			t.Errorf("row %d is\n%s\nwant\n%s", r, g, w)
		}
	}
}

func hints(t *testing.T, want *column.Batch, path string) {
	f := openFile(t, path, parquet.Options{})
	rows := func(hints ...plan.Hint) int {
		n := 0
		for _, b := range readAll(t, f, plan.Scan{Columns: []int{0}, Hints: hints}) {
			n += b.Len()
		}
		return n
	}
	id := column.ViewOf[string](must(want.Column(2)))
	times := func(i int) column.Column {
		v := column.ViewOf[int64](must(want.Column(0)))
		return column.NewVec(types.DateTime, []int64{v.At(i)}, nil)
	}
	if n := rows(plan.Hint{Column: 2, Op: plan.HintIn, Values: column.NewVec(types.String, []string{id.At(200_000)}, nil)}); n == 0 || n > 131_072 {
		t.Errorf("look-up of an id leaves %d rows, want one row group", n)
	}
	if n := rows(plan.Hint{Column: 2, Op: plan.HintIn, Values: column.NewVec(types.String, []string{"nobody"}, nil)}); n != 0 {
		t.Errorf("look-up of an unknown id leaves %d rows", n)
	}
	if n := rows(plan.Hint{Column: 0, Op: plan.HintGreater, Values: times(299_999)}); n != 0 {
		t.Errorf("times after the last leave %d rows", n)
	}
	if n := rows(plan.Hint{Column: 0, Op: plan.HintLess, Values: times(1000)}); n < 1000 || n > 150_000 {
		t.Errorf("the first 1,000 times leave %d rows", n)
	}
}

func must(c column.Column, err error) column.Column {
	if err != nil {
		panic(err)
	}
	return c
}

func TestDeclaredTypes(t *testing.T) {
	path := write(t, testRows(10), parquet.WriterOptions{})
	f := openFile(t, path, parquet.Options{Declared: types.NewSchema(
		types.Column{Name: "Id", Type: types.GUID}, types.Column{Name: "App", Type: types.String, Hidden: true})})
	s := f.Schema()
	if c := s.Columns[s.Len()-1]; c.Name != "App" || !c.Hidden {
		t.Errorf("last column is %v, want App, hidden", c)
	}
	if c := s.Columns[s.Index("Id")]; c.Type != types.GUID {
		t.Errorf("Id is %s, want guid", c.Type)
	}
}

func TestDamagedFiles(t *testing.T) {
	path := write(t, testRows(5000), parquet.WriterOptions{})
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := map[string][]byte{
		"torn":  whole[:len(whole)/2],
		"empty": nil,
		"text":  []byte("{\"a\":1}\n"),
	}
	for at := 100; at < len(whole); at += len(whole) / 37 {
		b := bytes.Clone(whole)
		b[at] ^= 0xff
		damaged[fmt.Sprintf("flipped at %d", at)] = b
	}
	for name, data := range damaged {
		p := filepath.Join(t.TempDir(), "damaged.parquet")
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		err := readable(p)
		if err != nil && !strings.Contains(err.Error(), "damaged.parquet") {
			t.Errorf("%s: the error does not name the file: %v", name, err)
		}
		if err == nil && (name == "torn" || name == "empty" || name == "text") {
			t.Errorf("%s: no error", name)
		}
	}
}

// readable reads all of the file at path and returns the first error; it must
// not panic.
func readable(path string) error {
	f, err := parquet.Open(path, parquet.Options{})
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := f.Open(context.Background(), plan.Scan{Columns: all(f)})
	if err != nil {
		return err
	}
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		for i := range b.Width() {
			if _, err := b.Column(i); err != nil {
				return err
			}
		}
	}
}

func TestTimesOutsideNanoseconds(t *testing.T) {
	s := types.NewSchema(types.Column{Name: "T", Type: types.DateTime})
	b := column.NewBatch(1, []column.Column{column.NewVec(types.DateTime, []int64{0}, nil)})
	w, err := parquet.NewWriter(io.Discard, s, parquet.WriterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(b); err == nil {
		t.Error("the year 1 was written in nanoseconds")
	}
	micros, err := parquet.MicrosFor(s, []*column.Batch{b})
	if err != nil || len(micros) != 1 {
		t.Errorf("MicrosFor = %v, %v; want T", micros, err)
	}
}

// TestCatalogSaysText reads numbers, booleans and identifiers as the text that
// the catalog has for them.
func TestCatalogSaysText(t *testing.T) {
	rows := testRows(10)
	var declared []types.Column
	for _, name := range []string{"B", "I", "R", "D", "G", "Span"} {
		declared = append(declared, types.Column{Name: name, Type: types.String})
	}
	f := openFile(t, write(t, rows, parquet.WriterOptions{}), parquet.Options{Declared: types.NewSchema(declared...)})
	b := readAll(t, f, plan.Scan{Columns: []int{3, 4, 5, 6, 7, 8}})[0]
	if got, want := text(t, b, 2), "True -2 0.6666666666666666 2 00000000-0000-0000-0000-000000000002 00:00:00.0000034"; got != want {
		t.Errorf("row 2 is %s, want %s", got, want)
	}
	if got := strings.TrimSpace(text(t, b, 3)); got != "" {
		t.Errorf("a row of nulls is %q", got)
	}
}

// rowsTogether reads few rows of all parts of a file at once, as far as the row
// groups allow.
func rowsTogether(t *testing.T, want *column.Batch, path string) {
	f := openFile(t, path, parquet.Options{})
	for _, kept := range []bool{false, true} {
		if kept {
			f = openFile(t, path, parquet.Options{Keep: true})
		}
		batches := readAll(t, f, plan.Scan{Columns: all(f)})
		cols := make([]column.Column, len(f.Schema().Columns))
		var rows []uint32 // of want
		for i := range cols {
			var parts []column.Column
			rows = rows[:0]
			first := uint32(0)
			for _, b := range batches {
				some := []uint32{7, 3, uint32(b.Len() - 1)}
				parts = append(parts, b.Gather(some).Raw(i))
				for _, r := range some {
					rows = append(rows, first+r)
				}
				first += uint32(b.Len())
			}
			together := column.Together(parts)
			if f.Schema().Columns[i].Type == types.String && (len(together) >= len(parts) || len(together) < 2) {
				t.Errorf("%d columns of %d parts", len(together), len(parts))
			}
			var all []*column.Batch
			for _, c := range together {
				c, err := column.Force(c)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, column.NewBatch(c.Len(), []column.Column{c}))
			}
			one, err := column.Concat(types.NewSchema(f.Schema().Columns[i]), all)
			if err != nil {
				t.Fatal(err)
			}
			cols[i] = one.Raw(0)
		}
		got := column.NewBatch(len(rows), cols)
		for i, r := range rows {
			if g, w := text(t, got, i), text(t, want, int(r)); g != w {
				t.Fatalf("row %d is\n%s\nwant\n%s", r, g, w)
			}
		}
	}
}
