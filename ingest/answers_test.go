package ingest_test

import (
	"context"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/types"
)

const everyType = `{"tables":[{"name":"PrimaryResult","columns":[
{"name":"T","type":"datetime"},{"name":"Bag","type":"dynamic"},{"name":"S","type":"string"},{"name":"R","type":"real"},{"name":"I","type":"int"},
{"name":"G","type":"guid"},{"name":"Span","type":"timespan"},{"name":"D","type":"decimal"},{"name":"B","type":"bool"},{"name":"N","type":"long"}],
"rows":[`

// Columns of an answer have the types that it says, also those without a value; so has
// an answer without rows.
func TestTypesOfAnswers(t *testing.T) {
	const schema = "T:datetime, Bag:dynamic, S:string, R:real, I:int, G:guid, Span:timespan, D:decimal, B:bool, N:long"
	got, report := load(t, text(everyType+`["2026-01-01T00:00:00Z","{\"a\":1}","2026-01-01",1,2,"74be27de-1e4e-49d9-b579-fe0b331d3642","00:01:00","1.5",1,null]]}]}`))
	if problems := report.Problems(); len(problems) > 0 {
		t.Error(problems)
	}
	want(t, got["in"], 0, map[string]string{
		"T": "2026-01-01T00:00:00Z", "Bag": `{"a":1}`, "S": "2026-01-01", "R": "1", "I": "2",
		"G": "74be27de-1e4e-49d9-b579-fe0b331d3642", "Span": "600000000", "D": "1.5", "B": "true", "N": "null",
	})
	if s := got["in"].Schema.String(); s != schema {
		t.Errorf("schema is %s, want %s", s, schema)
	}
	got, _ = load(t, text(everyType+`]}]}`))
	if s := got["in"].Schema.String(); s != schema || len(got["in"].Batches) != 0 {
		t.Errorf("without rows: schema is %s in %d batches, want %s", s, len(got["in"].Batches), schema)
	}
}

// Where rows of an answer and others are one table, or answers differ, the values decide.
func TestAnswersBesideOthers(t *testing.T) {
	answer := func(typ, value string) string {
		return `{"Tables":[{"Columns":[{"ColumnName":"x","ColumnType":"` + typ + `"},{"ColumnName":"y","ColumnType":"int"}],"Rows":[[` + value + `,1]]}]}`
	}
	for _, c := range []struct{ first, second, want string }{
		{answer("string", `"1"`), `{"x":"one","y":2}`, "x:string, y:long"},
		{answer("real", "1"), `{"x":"one"}`, "x:string, y:int"},
		{answer("real", "1"), answer("long", "2"), "x:long, y:int"},
		{answer("real", "1"), answer("real", "null"), "x:real, y:int"},
		{`{"x":null}`, answer("guid", "null"), "x:guid, y:int"},
	} {
		got, report := load(t, text(c.first), text(c.second))
		if s := got["in"].Schema.String(); s != c.want || len(report.Problems()) > 0 {
			t.Errorf("%s\n%s\nschema is %s, want %s; %v", c.first, c.second, s, c.want, report.Problems())
		}
	}
}

// The columns under a header are there in its order, with or without values and rows,
// and none hides another of its name.
func TestColumnsUnderAHeader(t *testing.T) {
	for _, c := range []struct{ text, schema, row string }{
		{"b,a,c\n,,3\n,x,\n", "b:string, a:string, c:long", ""},
		{"a,b\n", "a:string, b:string", ""},
		{"a,a,a1,,b\n1,2,3,4,5\n", "a:long, a1:long, a11:long, b:long, Column4:long", "1 2 3 5 4"},
		{",a,\n1,2,\n", "a:long", "2"},
	} {
		got, report := load(t, text(c.text))
		if s := got["in"].Schema.String(); s != c.schema || len(report.Problems()) > 0 {
			t.Errorf("%q: schema is %s, want %s; %v", c.text, s, c.schema, report.Problems())
		}
		if c.row != "" {
			var cells []string
			for _, col := range got["in"].Schema.Columns {
				cells = append(cells, cell(t, got["in"], 0, col.Name))
			}
			if row := strings.Join(cells, " "); row != c.row {
				t.Errorf("%q: row is %s, want %s", c.text, row, c.row)
			}
		}
	}
}

// What has no value brings no column and no table where tables grow: its type would stay.
func TestNothingGrowsWithoutValues(t *testing.T) {
	l := ingest.NewLoader(ingest.Options{Tables: noTables{}, Grows: func(string) bool { return true }})
	for _, in := range []string{everyType + `]}]}`, "a,b\n"} {
		if err := l.Read(context.Background(), ingest.Input{Name: "empty", Into: "Empty_CL", Reader: strings.NewReader(in)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Read(context.Background(), ingest.Input{Name: "one", Into: "One_CL", Reader: strings.NewReader("a,b\n1,\n")}); err != nil {
		t.Fatal(err)
	}
	got := l.Finish()
	if len(got) != 1 || got[0].Name != "One_CL" || got[0].Schema.Index("b") >= 0 || got[0].Schema.Columns[got[0].Schema.Index("a")].Type != types.Long {
		t.Errorf("tables are %+v", got)
	}
}
