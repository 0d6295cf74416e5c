package ingest_test

import (
	"strings"
	"testing"
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
		{"deep nesting", record + "\n" + strings.Repeat("[", 100_000) + "\n" + record, 2, "not JSON"},
		{"deep objects", record + "\n" + strings.Repeat(`{"a":`, 100_000) + "\n" + record, 2, "not JSON"},
		{"bytes that are no UTF-8", record + "\n" + `{"category":"SignInLogs","properties":{"id":"` + "\xff\xc3(" + `"}}`, 2, ""},
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
