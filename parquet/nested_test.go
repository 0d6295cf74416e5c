package parquet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

type place struct {
	City string   `json:"city" parquet:"city"`
	Geo  *point   `json:"geo" parquet:"geo,optional"`
	Tags []string `json:"tags" parquet:"tags,list"`
}

type point struct {
	Lat float64 `json:"lat" parquet:"lat"`
	N   *int32  `json:"n" parquet:"n,optional"`
}

type inner struct {
	Of []string `json:"of" parquet:"of,list"`
}

type nestedRow struct {
	ID     int64            `json:"id" parquet:"id"`
	Place  place            `json:"place" parquet:"place"`
	Maybe  *point           `json:"maybe" parquet:"maybe,optional"`
	Plain  []int64          `json:"plain" parquet:"plain"`
	List   []*place         `json:"list" parquet:"list,list"`
	Lists  []inner          `json:"lists" parquet:"lists,list"`
	Counts map[string]int64 `json:"counts" parquet:"counts"`
}

// nestedRows makes rows of every length and with everything missing that can be.
func nestedRows(n int) []nestedRow {
	rows := make([]nestedRow, n)
	for i := range rows {
		r := &rows[i]
		r.ID = int64(i)
		r.Place = place{City: fmt.Sprintf("city %d", i%7), Tags: []string{}}
		for k := range i % 4 {
			r.Place.Tags = append(r.Place.Tags, fmt.Sprint("tag ", k))
		}
		if i%3 == 0 {
			n := int32(i)
			r.Place.Geo = &point{Lat: float64(i) / 8, N: &n}
		}
		if i%5 == 0 {
			r.Maybe = &point{Lat: 1}
		}
		r.Plain, r.List, r.Lists = []int64{}, []*place{}, []inner{}
		for k := range i % 6 {
			r.Plain = append(r.Plain, int64(k*i))
			r.List = append(r.List, &place{City: fmt.Sprint(k), Tags: []string{}})
			r.Lists = append(r.Lists, inner{Of: []string{"a", "b"}[:k%3%2]})
		}
		r.Counts = map[string]int64{}
		for k := range i % 3 {
			r.Counts[fmt.Sprint("k", k)] = int64(i + k)
		}
	}
	return rows
}

// TestNestedColumns reads what the library's own writer makes of nested values,
// whole, in parts, and at few rows.
func TestNestedColumns(t *testing.T) {
	rows := nestedRows(10_000)
	path := filepath.Join(t.TempDir(), "nested.parquet")
	var buf bytes.Buffer
	if err := pq.Write(&buf, rows, pq.PageBufferSize(8<<10), pq.MaxRowsPerRowGroup(7_000)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f := openFile(t, path, parquet.Options{})
	if len(f.Skipped()) > 0 {
		t.Fatal(f.Skipped())
	}
	if got, want := f.Schema().String(), "id:long, place:dynamic, maybe:dynamic, plain:dynamic, list:dynamic, lists:dynamic, counts:dynamic"; got != want {
		t.Fatalf("schema is %s, want %s", got, want)
	}
	at := 0
	for _, b := range readAll(t, f, plan.Scan{Columns: all(f)}) {
		few := b.Gather([]uint32{0, uint32(b.Len() / 2), uint32(b.Len() - 1)})
		for i, r := range []int{0, b.Len() / 2, b.Len() - 1} {
			compareNested(t, f, few, i, rows[at+r])
		}
		for i := 0; i < b.Len(); i += 101 {
			compareNested(t, f, b, i, rows[at+i])
		}
		at += b.Len()
	}
	if at != len(rows) {
		t.Errorf("%d rows, want %d", at, len(rows))
	}
}

func compareNested(t *testing.T, f *parquet.File, b *column.Batch, i int, row nestedRow) {
	t.Helper()
	raw, err := json.Marshal(row)
	if err != nil {
		t.Fatal(err)
	}
	var want map[string]any
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	for c := 1; c < b.Width(); c++ {
		name := f.Schema().Columns[c].Name
		v := column.ViewOf[dynamic.Value](must(b.Column(c)))
		var got any
		if x := v.At(i); !x.IsNull() {
			if err := json.Unmarshal([]byte(x.JSON()), &got); err != nil {
				t.Fatal(err)
			}
		}
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want[name])
		if !bytes.Equal(g, w) {
			t.Fatalf("row %d: %s is %s, want %s", row.ID, name, g, w)
		}
	}
}

// A nested column that the catalog knows as text is its JSON.
func TestNestedAsText(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nested.parquet")
	var buf bytes.Buffer
	if err := pq.Write(&buf, nestedRows(3)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f := openFile(t, path, parquet.Options{Declared: types.NewSchema(types.Column{Name: "plain", Type: types.String})})
	b := readAll(t, f, plan.Scan{Columns: []int{f.Schema().Index("plain")}})[0]
	if v := column.ViewOf[string](must(b.Column(0))); v.At(2) != "[0,2]" {
		t.Errorf("row 2 is %q", v.At(2))
	}
}

type otherTypes struct {
	U8    uint8            `parquet:"u8"`
	U32   uint32           `parquet:"u32"`
	U64   uint64           `parquet:"u64"`
	I96   deprecated.Int96 `parquet:"i96"`
	Date  int32            `parquet:"date,date"`
	Time  int64            `parquet:"time,time(microsecond)"`
	Stamp time.Time        `parquet:"stamp,timestamp(millisecond)"`
	Dec   int64            `parquet:"dec,decimal(3:18)"`
	Wide  [16]byte         `parquet:"wide,decimal(2:38)"`
	UUID  [16]byte         `parquet:"uuid,uuid"`
	Enum  string           `parquet:"enum,enum"`
	Blob  []byte           `parquet:"blob"`
}

// TestOtherTypes reads the types that other programs write and we do not.
func TestOtherTypes(t *testing.T) {
	wide := [16]byte{}
	for i := range wide {
		wide[i] = 0xff
	}
	wide[15] = 0x85 // -123
	row := otherTypes{U8: 255, U32: math.MaxUint32, U64: math.MaxUint64, I96: deprecated.Int96{1_000_000_000, 0, 2_440_588}, Date: -1, Time: 90_000_000,
		Stamp: time.UnixMilli(-1).UTC(), Dec: -1234, Wide: wide, UUID: [16]byte{15: 7}, Enum: "red", Blob: []byte("abc")}
	path := filepath.Join(t.TempDir(), "types.parquet")
	var buf bytes.Buffer
	if err := pq.Write(&buf, []otherTypes{row, {}}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	f := openFile(t, path, parquet.Options{})
	b := readAll(t, f, plan.Scan{Columns: all(f)})[0]
	want := map[string]string{
		"u8": "255", "u32": "4294967295", "u64": "18446744073709551615", "i96": "1970-01-01T00:00:01Z", "date": "1969-12-31T00:00:00Z", "time": "00:01:30",
		"stamp": "1969-12-31T23:59:59.999Z", "dec": "-1.234", "wide": "-1.23", "uuid": "00000000-0000-0000-0000-000000000007", "enum": "red", "blob": "abc",
	}
	for i, c := range f.Schema().Columns {
		col := must(b.Column(i))
		got := cell(col, 0)
		switch c.Type {
		case types.DateTime:
			v := column.ViewOf[int64](col)
			got = string(types.AppendDateTimeCell(nil, v.At(0)))
		case types.TimeSpan:
			v := column.ViewOf[int64](col)
			got = string(types.AppendTimeSpan(nil, v.At(0)))
		}
		if got != want[c.Name] {
			t.Errorf("%s (%s) is %s, want %s", c.Name, c.Type, got, want[c.Name])
		}
	}
	if len(f.Schema().Columns) != len(want) {
		t.Errorf("columns are %s, skipped: %v", f.Schema(), f.Skipped())
	}
}
