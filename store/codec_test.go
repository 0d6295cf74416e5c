package store

import (
	"math"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// everyType returns rows of every type, with nulls, in every form of a column.
func everyType() (types.Schema, *column.Batch) {
	half := column.NewBitmap(2)
	half.Set(1)
	third, _ := types.ParseDecimal("0.333333333333")
	bag, _ := dynamic.ParseJSON(`{"a":[1,"x",null]}`)
	var s types.Schema
	var cols []column.Column
	add := func(c column.Column) {
		s.Columns = append(s.Columns, types.Column{Name: "c" + string(rune('a'+len(cols))), Type: c.Type(), Hidden: len(cols)%2 == 1})
		cols = append(cols, c)
	}
	add(column.NewVec(types.Bool, []bool{false, true}, half))
	add(column.NewVec(types.Int, []int64{0, math.MinInt32}, half))
	add(column.NewVec(types.Long, []int64{math.MinInt64, math.MaxInt64}, nil))
	add(column.NewVec(types.Real, []float64{math.NaN(), math.Inf(-1)}, nil))
	add(column.NewVec(types.Decimal, []types.Decimal128{{}, third}, half))
	add(column.NewVec(types.DateTime, []int64{0, 638_000_000_000_000_000}, half))
	add(column.NewVec(types.TimeSpan, []int64{-1, 1}, nil))
	add(column.NewVec(types.GUID, []types.GUID128{{1}, {2}}, half))
	add(column.NewVec(types.String, []string{"", "naïve \x00\xff"}, nil))
	add(column.NewVec(types.Dynamic, []dynamic.Value{{}, bag}, nil))
	add(&column.Dict{Codes: []uint32{1, 0}, Values: column.NewVec(types.String, []string{"a", "b"}, nil)})
	add(column.NewConst(types.Long, int64(7), 2))
	add(column.NullConst(types.DateTime, 2))
	return s, column.NewBatch(2, cols)
}

func TestRowsAreWrittenAsTheyAre(t *testing.T) {
	s, b := everyType()
	data, err := appendRows(nil, s, b)
	if err != nil {
		t.Fatal(err)
	}
	d := decoder{data: data}
	gotSchema, got := d.rows()
	if d.err != nil || len(d.data) > 0 {
		t.Fatal(d.err, len(d.data))
	}
	if !gotSchema.Equal(s) {
		t.Fatalf("schema is %s, want %s", gotSchema, s)
	}
	again, err := appendRows(nil, gotSchema, got)
	if err != nil {
		t.Fatal(err)
	}
	if string(again) != string(data) {
		t.Error("what was read is not written the same")
	}
	for i := range s.Columns {
		for r := range 2 {
			if got.Raw(i).Null(r) != b.Raw(i).Null(r) {
				t.Errorf("column %s row %d: null is %v", s.Columns[i].Name, r, got.Raw(i).Null(r))
			}
		}
	}
}

// FuzzRecord reads damaged records: an error, or a record that is written and
// read as the same.
func FuzzRecord(f *testing.F) {
	s, b := everyType()
	good, err := appendRecord(nil, &record{id: "x", source: "hub/1", offset: 5, at: 9, tables: []addition{
		{table: 1, schema: s, rows: b}, {table: 2, schema: s, segment: &Segment{File: "000000000001.parquet", Rows: 3}},
	}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decodeRecord(data)
		if err != nil {
			return
		}
		once, err := appendRecord(nil, &r)
		if err != nil {
			t.Fatal(err)
		}
		again, err := decodeRecord(once)
		if err != nil {
			t.Fatalf("what was written does not read: %v", err)
		}
		twice, err := appendRecord(nil, &again)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("written twice, it differs: %v", err)
		}
	})
}
