package ingest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestRecordsThatRepeat reads records whose keys come and go and change their
// order, whose values repeat, begin alike or never come again, over many pieces,
// and compares every cell with what was written.
func TestRecordsThatRepeat(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	long := strings.Repeat("the same beginning ", 20)
	values := map[string]func() any{
		"few":     func() any { return fmt.Sprintf("value %d", r.IntN(5)) },
		"alike":   func() any { return fmt.Sprintf("%s%d%s", long, r.IntN(30), long[:r.IntN(3)]) },
		"unique":  func() any { return fmt.Sprintf("%x", r.Uint64()) },
		"users":   func() any { return fmt.Sprintf("user%d@example.com", r.IntN(3000)) },
		"prefix":  func() any { return strings.Repeat("1", 1+r.IntN(12)) },
		"number":  func() any { return r.IntN(200) },
		"escaped": func() any { return fmt.Sprintf("a \"quote\" \\ and\n%d \u00e4 \U0001f600", r.IntN(4)) },
		"nested":  func() any { return map[string]any{"id": "0123456789", "n": r.IntN(6), "list": []int{1, r.IntN(3)}} },
		"bool":    func() any { return r.IntN(2) == 0 },
	}
	var names []string
	for name := range values {
		names = append(names, name)
	}
	const n = 30_000
	var text bytes.Buffer
	want := make([]map[string]string, n)
	for i := range want {
		want[i] = map[string]string{}
		if i%1000 == 0 {
			r.Shuffle(len(names), func(a, b int) { names[a], names[b] = names[b], names[a] })
		}
		text.WriteByte('{')
		for _, name := range names {
			if r.IntN(8) == 0 {
				continue
			}
			v := values[name]()
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			if text.Bytes()[text.Len()-1] != '{' {
				text.WriteByte(',')
			}
			colon := ":"
			if i%500 > 490 {
				colon = " : "
			}
			fmt.Fprintf(&text, "%q%s%s", name, colon, raw)
			if s, ok := v.(string); ok {
				want[i][name] = s
			} else {
				want[i][name] = string(raw)
			}
		}
		text.WriteString("}\n")
	}
	got, report := load(t, ingest.Input{Name: "r.json", Base: "Records", Reader: &text})
	if !report.Clean() {
		t.Fatal(report.Problems())
	}
	rows := cells(t, got["Records"])
	if len(rows) != n {
		t.Fatalf("%d rows, want %d", len(rows), n)
	}
	for i, row := range rows {
		for name, w := range want[i] {
			if row[name] != w {
				t.Fatalf("row %d: %s is %q, want %q", i, name, row[name], w)
			}
			delete(row, name)
		}
		for name, g := range row {
			if g != "" && g != "null" {
				t.Fatalf("row %d: %s is %q, want nothing", i, name, g)
			}
		}
	}
}

// cells prints all rows of a table.
func cells(t *testing.T, table ingest.Table) []map[string]string {
	t.Helper()
	var rows []map[string]string
	for _, b := range table.Batches {
		one := ingest.Table{Name: table.Name, Schema: table.Schema, Batches: []*column.Batch{b}}
		for i := range b.Len() {
			row := map[string]string{}
			for _, c := range table.Schema.Columns {
				row[c.Name] = cell(t, one, i, c.Name)
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// What is wrong in a record is told with its own line, also where records span
// lines.
func TestLinesOfMistakes(t *testing.T) {
	bad := `{"Type":"SecurityAlert","IsIncident":"perhaps"}`
	good := `{"Type":"SecurityAlert"}`
	blanks := strings.Repeat(" ", 2000) // so that 6,000 lines are several pieces
	for name, c := range map[string]struct {
		text string
		line int
	}{
		"lines":            {good + "\n\n" + bad + "\n", 3},
		"array":            {"[\n" + good + ",\n" + bad + "\n]", 3},
		"envelope":         {"{\n\"records\":\n[\n" + good + ",\n" + bad + "]}", 5},
		"not a record":     {"[\n" + good + ",\n\n7\n]", 4},
		"envelope a line":  {good + "\n" + `{"records":[` + bad + "]}\n", 2},
		"behind a mistake": {good + "\n{\"a\"\n" + bad + "\n", 2},
		"spans two lines":  {good + "\n{\"Type\":\n\"SecurityAlert\"}\n", 2},
		"more on the line": {good + "\n" + good + "," + good + "\n", 2},
		"far behind":       {strings.Repeat(good+blanks+"\n\n", 6000) + bad + "\n", 12_001},
		"far, rejected":    {strings.Repeat(good+blanks+"\n", 6000) + "x\n", 6001},
	} {
		t.Run(name, func(t *testing.T) {
			_, report := load(t, text(c.text))
			p := report.Problems()
			if len(p) == 0 || p[0].Line != c.line {
				t.Errorf("problems are %v, want the first on line %d", p, c.line)
			}
		})
	}
}

// The whole records of a list that is torn are there, also where it is one line.
func TestTornListOnOneLine(t *testing.T) {
	for _, list := range []string{`{"records":[`, `{"Records": [`} {
		got, report := load(t, text(list+`{"Type":"SecurityAlert"},{"Type":"SecurityAlert"},{"Type":"Sec`), text("{\"n\":1}\n"+list+`{"Type":"SecurityAlert"},`+"\n{\"n\":2}\n"))
		told := fmt.Sprint(report.Problems())
		if n := len(cells(t, got["SecurityAlert"])); n != 3 || len(cells(t, got["in"])) != 2 {
			t.Errorf("%s: %d records are there: %s", list, n, told)
		}
		if told != "[in.json:1: not JSON: mistake at byte 13 of the record in.json:2: the list of records ends early]" {
			t.Errorf("%s: %s", list, told)
		}
	}
}

// TestInvalidText loads bytes that are no UTF-8 as U+FFFD: what is stored is text
// that every reader of Parquet takes.
func TestInvalidText(t *testing.T) {
	in := ""
	for range 3 {
		in += "{\"Type\":\"SecurityAlert\",\"AlertName\":\"a\xff\xc3(\"}\n"
	}
	got, report := load(t, text(in))
	if !report.Clean() {
		t.Error(report.Problems())
	}
	for i := range 3 {
		want(t, got["SecurityAlert"], i, map[string]string{"AlertName": "a\ufffd\ufffd("})
	}
}

// TestInParts hands the rows of one long document on while it is being read, and
// stops where the receiver does.
func TestInParts(t *testing.T) {
	const n = 50_000
	record := `{"Type":"SecurityAlert","AlertName":"a"}`
	c, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"array":    "[" + strings.Repeat(record+",\n", n-1) + record + "]",
		"envelope": `{"records":[` + strings.Repeat(record+",\n", n-1) + record + "]}",
		"csv":      "Type,AlertName\n" + strings.Repeat("SecurityAlert,a\n", n),
		"lines":    strings.Repeat(record+"\n", n),
	} {
		t.Run(name, func(t *testing.T) {
			full := errors.New("no room")
			rows, batches, limit := 0, 0, n
			sink := func(_ string, _ types.Schema, b *column.Batch) error {
				if rows += b.Len(); rows > limit {
					return full
				}
				batches++
				return nil
			}
			read := func() error {
				rows, batches = 0, 0
				l := ingest.NewLoader(ingest.Options{Tables: tables{c}, Workers: 2, Sink: sink})
				return l.Read(context.Background(), ingest.Input{Name: "in", Base: "in", Reader: strings.NewReader(text)})
			}
			if err := read(); err != nil || rows != n || name != "lines" && batches < 3 {
				t.Errorf("%d rows in %d batches, error %v", rows, batches, err)
			}
			limit = 20_000
			if err := read(); !errors.Is(err, full) {
				t.Errorf("a receiver that fails after %d rows: error %v", rows, err)
			}
		})
	}
}

// Many small files become one batch, not one each.
func TestSmallInputs(t *testing.T) {
	var in []ingest.Input
	for i := range 300 {
		in = append(in, ingest.Input{Name: fmt.Sprint(i), Base: "in", Reader: strings.NewReader(fmt.Sprintf(`{"Type":"SecurityAlert","AlertName":"%d"}`, i))})
		in = append(in, ingest.Input{Name: fmt.Sprint(i), Base: "Other", Reader: strings.NewReader(fmt.Sprintf(`{"n":%d}`, i))})
	}
	got, report := load(t, in...)
	if files, records, _, _, _ := report.Counts(); files != 600 || records != 600 {
		t.Errorf("%d records of %d files", records, files)
	}
	for name, want := range map[string]string{"SecurityAlert": "AlertName", "Other": "n"} {
		if n := len(got[name].Batches); n != 1 {
			t.Errorf("%s has %d batches", name, n)
		}
		for i, row := range cells(t, got[name]) {
			if row[want] != fmt.Sprint(i) {
				t.Fatalf("row %d of %s is %v", i, name, row)
			}
		}
	}
}
