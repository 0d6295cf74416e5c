package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/ingest"
)

// Whatever a file holds, its whole records are loaded, and what is wrong with it
// is told.
func TestHostileInput(t *testing.T) {
	record := `{"category":"SignInLogs","properties":{"id":"1"}}`
	for _, c := range []struct {
		name, text string
		rows       int
		tells      string
	}{
		{"zeros", "\x00\x00" + record, 0, "not recognised"},
		{"torn zstd", "\x28\xb5\x2f\xfd" + strings.Repeat("x", 20), 0, "zstd"},
		{"a list without its end", "[" + record + ",\n" + record, 2, "ends early"},
		{"a list torn in a record", "[" + record + ",\n" + record + ",\n" + record[:20], 2, "not JSON"},
		{"an envelope torn in a record", "{\n \"records\": [\n" + record + ",\n" + record[:20], 1, "not JSON"},
		{"deep nesting", record + "\n" + strings.Repeat("[", 100_000) + "\n" + record, 2, "nested more than"},
		{"deep objects", record + "\n" + strings.Repeat(`{"a":`, 100_000) + "\n" + record, 2, "nested more than"},
		{"bytes that are no UTF-8", record + "\n" + `{"category":"SignInLogs","properties":{"id":"` + "\xff\xc3(" + `"}}`, 2, ""},
		{"lists that are never closed", strings.Repeat("[", 3<<20), 0, "nested more than"},
		{"blanks before the first record", strings.Repeat(" \n", 1<<18) + record, 1, ""},
		{"blanks before a list", strings.Repeat(" \n", 1<<18) + "[" + record + ",\nx]", 1, "in.json:262146: not JSON"},
		{"scalars among records", record + "\n5\nnull\n\"x\"\n" + record, 2, "want a JSON object"},
		{"a number beyond all", strings.Replace(record, `{"id"`, `{"processingTimeInMilliseconds":`+strings.Repeat("9", 1000)+`,"id"`, 1), 1, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables, report := load(t, text(c.text))
			rows := 0
			for _, b := range tables["SigninLogs"].Batches {
				rows += b.Len()
			}
			if rows != c.rows {
				t.Errorf("%d rows, want %d", rows, c.rows)
			}
			told := ""
			for _, p := range report.Problems() {
				told += p.String() + "\n"
			}
			if !strings.Contains(told, c.tells) || c.tells != "" && told == "" {
				t.Errorf("the report is %q, want %q in it", told, c.tells)
			}
		})
	}
}

// An object with many names takes neither the memory nor the time of as many
// columns that repeat.
func TestManyNames(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"category":"SignInLogs","properties":{"id":"1"`)
	const n = 200_000
	for i := range n {
		fmt.Fprintf(&b, `,"field%d":%d`, i, i)
	}
	b.WriteString("}}")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	tables, report := load(t, text(b.String()))
	runtime.ReadMemStats(&after)
	if !report.Clean() {
		t.Error(report.Problems())
	}
	if all := (after.TotalAlloc - before.TotalAlloc) >> 20; all > 250 {
		t.Errorf("%d MB were allocated", all)
	}
	got := cell(t, tables["SigninLogs"], 0, "_Unmapped")
	if !strings.Contains(got, `"field199999":199999`) || !strings.Contains(got, `"field0":0`) {
		t.Errorf("_Unmapped has %d bytes", len(got))
	}
}

// Records for a table that can have no name are rejected, and no others with them.
func TestNamesOfTables(t *testing.T) {
	c, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		t.Fatal(err)
	}
	report := &ingest.Report{}
	l := ingest.NewLoader(ingest.Options{Tables: tables{c}, Report: report, Name: func(table string) error {
		if len(table) > 10 {
			return errors.New("too long")
		}
		return nil
	}})
	if err := l.Read(context.Background(), text("{\"Type\":\"A_CL\",\"n\":1}\n{\"Type\":\"AMuchTooLongName_CL\",\"n\":2}\n")); err != nil {
		t.Fatal(err)
	}
	if got := l.Finish(); len(got) != 1 || got[0].Name != "A_CL" {
		t.Errorf("tables are %v", got)
	}
	if _, records, rejected, _, _ := report.Counts(); records != 1 || rejected != 1 || !strings.Contains(report.Problems()[0].String(), "in.json:2: too long") {
		t.Errorf("%d records, %d rejected: %v", records, rejected, report.Problems())
	}
}

// What a record has in _Unmapped stays there beside what no column takes, and a record
// with two lists is a record.
func TestNothingIsLostInARecord(t *testing.T) {
	got, report := load(t, text(`{"Type":"SigninLogs","Extra":1,"_Unmapped":{"kept":true}}
{"Type":"SigninLogs","Extra":2,"_Unmapped":"text"}
{"Type":"SigninLogs","Extra":3,"_Unmapped":{ }}
{"Type":"SigninLogs","_Unmapped":{"alone":1}}
`), text(`{"records":[{"n":1}],"value":[{"n":2}]}`))
	if !report.Clean() {
		t.Error(report.Problems())
	}
	for row, want := range []string{`{"Extra":1,"kept":true}`, `{"Extra":2,"_Unmapped":"text"}`, `{"Extra":3}`, `{"alone":1}`} {
		if got := cell(t, got["SigninLogs"], row, "_Unmapped"); got != want {
			t.Errorf("row %d has %s, want %s", row, got, want)
		}
	}
	want(t, got["in"], 0, map[string]string{"records": `[{"n":1}]`, "value": `[{"n":2}]`})
}

// Keys that differ only in case fill one column, until a record has both: then each has
// a column of its own, or is kept, and no value is lost.
func TestKeysThatDifferInCase(t *testing.T) {
	tables, _ := load(t, ingest.Input{Name: "in", Into: "Things_CL", Reader: strings.NewReader(
		`{"n":1}` + "\n" + `{"N":2}` + "\n" + `{"N":3,"n":4}` + "\n" + `{"N":5}` + "\n" + `{"n":6}` + "\n")})
	for row, cells := range []map[string]string{{"n": "1", "N": "null"}, {"n": "2", "N": "null"}, {"n": "4", "N": "3"}, {"n": "null", "N": "5"}, {"n": "6", "N": "null"}} {
		want(t, tables["Things_CL"], row, cells)
	}
	tables, _ = load(t, ingest.Input{Name: "in", Into: "Things_CL", Reader: strings.NewReader(`{"n":null,"N":2}`)})
	want(t, tables["Things_CL"], 0, map[string]string{"n": "2"})
	tables, _ = load(t, ingest.Input{Name: "in", Into: "SigninLogs", Reader: strings.NewReader(`{"userid":"a","UserId":"b","TimeGenerated":"2026-03-01T10:00:00Z"}` + "\n")})
	want(t, tables["SigninLogs"], 0, map[string]string{"UserId": "b", "_Unmapped": `{"userid":"a"}`})
}
