package ingest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// Tables whose columns have no types are handed over before they take too much
// memory, as CSV and as lines; columns that come later are added, and what does not
// read as the type that a column has by then is counted.
func TestKeepBoundsTablesWithoutTypes(t *testing.T) {
	const n = 60000
	var csv, lines strings.Builder
	csv.WriteString("Number,Text\n")
	for i := range n {
		number, more := fmt.Sprint(i), ""
		if i == n-1 {
			number = `"many"`
		}
		if i == n-2 {
			more = `,"Late":1.5`
		}
		fmt.Fprintf(&csv, "%s,text number %d which takes some room\n", number, i)
		fmt.Fprintf(&lines, `{"Type":"%s","Number":%s,"Text":"text number %d which takes some room"%s}`+"\n", []string{"A_CL", "B_CL"}[i%2], number, i, more)
	}
	for name, in := range map[string]ingest.Input{
		"csv":   {Name: "csv", Into: "A_CL", Reader: strings.NewReader(csv.String())},
		"lines": {Name: "lines", Reader: strings.NewReader(lines.String())},
	} {
		report := &ingest.Report{}
		rows, calls, late := 0, 0, false
		sink := func(_ string, s types.Schema, b *column.Batch) error {
			if i := s.Index("Number"); s.Columns[i].Type != types.Long {
				return fmt.Errorf("Number is %s", s.Columns[i].Type)
			}
			late = late || s.Index("Late") >= 0
			rows, calls = rows+b.Len(), calls+1
			return nil
		}
		l := ingest.NewLoader(ingest.Options{Tables: noTables{}, Workers: 2, Report: report, Sink: sink, Keep: 1 << 20})
		if err := l.Read(context.Background(), in); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if calls < 2 {
			t.Errorf("%s: handed over %d times before the end", name, calls)
		}
		for _, table := range l.Finish() {
			for _, b := range table.Batches {
				if err := sink(table.Name, table.Schema, b); err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
		if rows != n {
			t.Errorf("%s: %d rows, want %d", name, rows, n)
		}
		if _, records, rejected, nulls, _ := report.Counts(); records != n || rejected != 0 || nulls != 1 {
			t.Errorf("%s: %d records, %d rejected, %d nulls: %v", name, records, rejected, nulls, report.Problems())
		}
		if late != (name == "lines") {
			t.Errorf("%s: late column: %v", name, late)
		}
	}
}

// A table that grows is put together from text also where the store knows a column
// as dynamic.
func TestGrowingTableWithDynamicColumn(t *testing.T) {
	known := oneTable{types.NewSchema(types.Column{Name: "TimeGenerated", Type: types.DateTime}, types.Column{Name: "Bag", Type: types.Dynamic})}
	sink := func(string, types.Schema, *column.Batch) error { return nil }
	l := ingest.NewLoader(ingest.Options{Tables: known, Sink: sink, Grows: func(string) bool { return true }})
	in := ingest.Input{Name: "in", Into: "T_CL", Reader: strings.NewReader("[\n{\"Bag\":{\"a\":1}},\n{\"Bag\":{\"a\":2},\"New\":true},\n{}]")}
	if err := l.Read(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	got := l.Finish()
	if len(got) != 1 {
		t.Fatalf("%d tables", len(got))
	}
	for row, want := range []string{`{"a":1} null`, `{"a":2} true`, "null null"} {
		if s := cell(t, got[0], row, "Bag") + " " + cell(t, got[0], row, "New"); s != want {
			t.Errorf("row %d: %s, want %s", row, s, want)
		}
	}
}

type oneTable struct{ schema types.Schema }

func (o oneTable) Schema(string) (types.Schema, bool) { return o.schema, true }

type noTables struct{}

func (noTables) Schema(string) (types.Schema, bool) { return types.Schema{}, false }
