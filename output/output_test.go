package output_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/output"
)

// answer runs a query and writes its tables.
func answer(t *testing.T, text string, f output.Format, o output.Options) string {
	t.Helper()
	e, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	q, diags := e.Compile(text, kql.Tables{})
	if len(diags) > 0 {
		t.Fatal(syntax.Render(text, diags))
	}
	tables, err := q.Run(context.Background(), kql.RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := output.Write(&b, f, tables, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestCells(t *testing.T) {
	const numbers = "print a = real(nan), b = real(+inf), c = 1.0, d = decimal(1.25), e = 1e300, f = long(null), g = true"
	const times = "print a = datetime(2026-03-01 10:00), b = 1.5d, c = -1s, d = datetime(null), e = guid(74be27de-1e4e-49d9-b579-fe0b331d3642)"
	for _, c := range []struct {
		query  string
		format output.Format
		want   string
	}{
		{numbers, output.JSONL, `{"a":"NaN","b":"Infinity","c":1.0,"d":"1.25","e":1E+300,"f":null,"g":true}`},
		{numbers, output.CSV, "a,b,c,d,e,f,g\nNaN,Infinity,1,1.25,1E+300,,true"},
		{times, output.JSONL, `{"a":"2026-03-01T10:00:00Z","b":"1.12:00:00","c":"-00:00:01","d":null,"e":"74be27de-1e4e-49d9-b579-fe0b331d3642"}`},
		{times, output.CSV, "a,b,c,d,e\n2026-03-01T10:00:00.0000000Z,1.12:00:00,-00:00:01,,74be27de-1e4e-49d9-b579-fe0b331d3642"},
		{`print a = dynamic(null), b = dynamic({"x": [1, null, "é"]}), c = dynamic("s"), d = dynamic(1.5)`, output.JSONL, `{"a":null,"b":{"x":[1,null,"é"]},"c":"s","d":1.5}`},
		{`print a = dynamic(null), b = dynamic({"x": [1, null, "é"]}), c = dynamic("s"), d = dynamic(1.5)`, output.TSV, "a\tb\tc\td\n\t\"{\"\"x\"\":[1,null,\"\"é\"\"]}\"\ts\t1.5"},
		{`print ['a "b"'] = "\u0001\u001b[31m<&>"`, output.JSONL, `{"a \"b\"":"\u0001\u001b[31m<&>"}`},
		{`print ['a,b'] = ""`, output.CSV, "\"a,b\"\n\"\""},
		{`print a = long(null)`, output.CSV, "a\n\"\""},
		{`print a = 1; print b = 2`, output.JSON, "[[{\"a\":1}],\n[{\"b\":2}]]"},
		{`print a = 1 | take 0`, output.JSON, "[]"},
		{`print a = 1 | take 0`, output.CSV, "a"},
	} {
		if got := strings.TrimSuffix(answer(t, c.query, c.format, output.Options{}), "\n"); got != c.want {
			t.Errorf("%s as %s\ngot  %s\nwant %s", c.query, c.format, got, c.want)
		}
	}
}

// TestReadBack holds that other readers get the values back.
func TestReadBack(t *testing.T) {
	const query = `datatable(a: string, b: string)["x,y", "line\nbreak", "q\"q", "", " lead", "é😀\t"]`
	want := [][]string{{"x,y", "line\nbreak"}, {`q"q`, ""}, {" lead", "é😀\t"}}
	for comma, f := range map[rune]output.Format{',': output.CSV, '\t': output.TSV} {
		r := csv.NewReader(strings.NewReader(answer(t, query, f, output.Options{})))
		r.Comma = comma
		rows, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if strings.Join(rows[i+1], "|") != strings.Join(want[i], "|") {
				t.Errorf("%s: row %d is %q, want %q", f, i, rows[i+1], want[i])
			}
		}
	}
	var rows []struct{ A, B string }
	if err := json.Unmarshal([]byte(answer(t, query, output.JSON, output.Options{})), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) != 3 || rows[0].B != "line\nbreak" || rows[2].B != "é😀\t" {
		t.Errorf("got %q", rows)
	}
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		name, query string
		o           output.Options
		want        string
	}{
		{"numbers stand to the right", `datatable(n: long, s: string)[1, "a", 100, "bc"]`, output.Options{},
			"  n  s\n───  ──\n  1  a\n100  bc\n2 rows\n"},
		{"wide characters count twice", `print a = "日本", b = "x"`, output.Options{},
			"a     b\n────  ─\n日本  x\n1 row\n"},
		{"what a terminal would obey is blank", `print ['a\u001b[2J'] = "x\u001b]0;t\u0007y\u009b31mz\u202ew\r\n"`, output.Options{},
			"a [2J\n─────────────────\nx ]0;t y 31mz w\n1 row\n"},
		{"long cells are cut", `print a = "123456789 123456789 123456789", b = 7`, output.Options{Width: 20},
			"a                  b\n─────────────────  ─\n123456789 123456…  7\n1 row\n"},
		{"too many columns go a line each", `print aa = 1, b = "x", c = "y", d = true, e = ""`, output.Options{Width: 24},
			"── row 1 ───────────────\naa  1\nb   x\nc   y\nd   true\ne\n1 row\n"},
		{"a colour for the head", `print a = 1`, output.Options{Color: true},
			"\x1b[1ma\x1b[0m\n─\n1\n1 row\n"},
		{"no rows", `print a = 1 | take 0`, output.Options{}, "a\n─\n0 rows\n"},
		{"a name by as", `print a = 1 | as T`, output.Options{}, "T\na\n─\n1\n1 row\n"},
	} {
		if got := answer(t, c.query, output.Text, c.o); got != c.want {
			t.Errorf("%s\ngot\n%s\nwant\n%s\n%q", c.name, got, c.want, got)
		}
	}
}
