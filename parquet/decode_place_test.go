package parquet

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// placed has a column of each kind that a page is, or is not, read into its place.
type placed struct {
	Long   *int64  `parquet:"long,optional,zstd"`
	Nulls  *int64  `parquet:"nulls,optional,zstd"` // in the second half
	Needed int64   `parquet:"needed,zstd"`
	Stored int64   `parquet:"stored"`
	Few    int64   `parquet:"few,dict,zstd"`
	AsMany int64   `parquet:"as many,dict,zstd"` // in the dictionary as in a page
	Time   int64   `parquet:"time,timestamp(microsecond),zstd"`
	Text   string  `parquet:"text,dict,zstd"`
	Maybe  *string `parquet:"maybe,optional,dict,zstd"`
}

// asMany is how many rows a page of codes has here.
const asMany = 256

// TestPlaces reads columns whole, several pages of each at once, from pages of both
// versions.
func TestPlaces(t *testing.T) {
	const n = 10_007
	rows := make([]placed, n)
	for i := range rows {
		v := int64(i)*1_000_003 - 5_000_000
		text := fmt.Sprint("text ", i%37)
		rows[i] = placed{Long: &v, Nulls: &v, Needed: v, Stored: -v, Few: v % 5, AsMany: int64((i*5 + i/asMany) % asMany), Time: v, Text: text, Maybe: &text}
		if i > n/2 && i%3 == 0 {
			rows[i].Nulls = nil
		}
		if i%7 == 0 {
			rows[i].Maybe = nil
		}
	}
	for version := 1; version <= 2; version++ {
		t.Run(fmt.Sprint("version ", version), func(t *testing.T) {
			file := placedFile(t, rows, version)
			for _, f := range file.fields {
				w := newWhole(chunk{scan: newScannedGroup(file.groups[0]), field: f, to: n}, 0)
				if l, err := file.groups[0].layoutOf(f.leaf); err != nil || len(l.data) < 4 || f.name == "as many" && l.data[1].first != asMany {
					t.Fatalf("%s: pages %v, %v: not what is to be tested", f.name, l, err)
				}
				c, err := loadTogether(w)
				if err != nil {
					t.Fatal(err)
				}
				c = column.Flat(c)
				for i, r := range rows {
					if got, want := placedValue(c, i), r.value(f.name); got != want {
						t.Fatalf("%s: row %d is %s, want %s", f.name, i, got, want)
					}
				}
			}
		})
	}
}

func placedFile(t *testing.T, rows []placed, version int) *File {
	t.Helper()
	var b bytes.Buffer
	w := pq.NewGenericWriter[placed](&b, pq.DataPageVersion(version), pq.PageBufferSize(1001))
	if _, err := w.Write(rows); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := OpenReader(inMemory{bytes.NewReader(b.Bytes())}, int64(b.Len()), "placed.parquet", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

type inMemory struct{ io.ReaderAt }

func (inMemory) Close() error { return nil }

// loadTogether has three goroutines load a column, of which the second page, which
// so is the one that needs the dictionary first, has been read before the first.
func loadTogether(w *whole) (column.Column, error) {
	w.begin()
	r := &pageReader{g: w.chunk.scan.g, field: w.chunk.field, layout: w.layout, alone: w.chunk.isText()}
	defer r.giveBack()
	first, d := w.claim()
	second, next := w.claim()
	w.settle(second, w.decode(r, second, next))
	w.settle(first, w.decode(r, first, d))
	var loading sync.WaitGroup
	cols, errs := make([]column.Column, 3), make([]error, 3)
	for i := range cols {
		loading.Go(func() { cols[i], errs[i] = w.load() })
	}
	loading.Wait()
	if i := slices.IndexFunc(errs, func(err error) bool { return err != nil }); i >= 0 {
		return nil, errs[i]
	}
	return cols[0], nil
}

func placedValue(c column.Column, i int) string {
	if c.Null(i) {
		return "null"
	}
	if c.Type() == types.String {
		v := column.ViewOf[string](c)
		return v.At(i)
	}
	v := column.ViewOf[int64](c)
	return fmt.Sprint(v.At(i))
}

// value returns what is in column name, as placedValue prints it.
func (r placed) value(name string) string {
	number := func(v *int64) string {
		if v == nil {
			return "null"
		}
		return fmt.Sprint(*v)
	}
	switch name {
	case "long":
		return number(r.Long)
	case "nulls":
		return number(r.Nulls)
	case "needed":
		return number(&r.Needed)
	case "stored":
		return number(&r.Stored)
	case "few":
		return number(&r.Few)
	case "as many":
		return number(&r.AsMany)
	case "time":
		return fmt.Sprint(r.Time*10 + unixEpoch)
	case "text":
		return r.Text
	}
	if r.Maybe == nil {
		return "" // strings are never null
	}
	return *r.Maybe
}
