package bind_test

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

func span(from, to int) string { return strconv.Itoa(from) + "-" + strconv.Itoa(to) }

func contains(s, part string) bool { return strings.Contains(s, part) }

// jsonLines calls f for each line of a file of the shared folder beside the
// checkout, or skips the test.
func jsonLines[T any](t *testing.T, name string, f func(T)) {
	t.Helper()
	shared := os.Getenv("CALYPSO_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	file, err := os.Open(filepath.Join(shared, name))
	if err != nil {
		t.Skipf("no shared folder: %v", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var v T
		if err := json.Unmarshal(lines.Bytes(), &v); err != nil {
			t.Fatal(err)
		}
		f(v)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// workspace is the catalog of an environment; others are open: any table, any
// column.
type workspace struct {
	c    *catalog.Catalog
	open bool
}

func (w workspace) Table(name string) (plan.Source, bool) {
	if t, ok := w.c.Table(name); ok {
		return schemaOnly{t.Schema, t.Open}, true
	}
	return schemaOnly{more: true}, w.open
}

func (w workspace) TableNames() []string { return w.c.Tables() }

func (w workspace) Function(name string) (*bind.Function, bool) {
	f, ok := w.c.Function(name)
	if !ok {
		return nil, false
	}
	return &bind.Function{Source: schemaOnly{f.Schema, f.Open}, Appends: f.Appends}, true
}

func (w workspace) FunctionNames() []string { return nil }

func (w workspace) Other(string, string) (bind.Catalog, bool) { return workspace{w.c, true}, true }

// A ruleQuery is a published query with what the official analyzer says of it.
type ruleQuery struct {
	ID, Query    string
	Environment  catalog.Environment
	Clean        bool
	Params       []struct{ Name, Type string }
	ResultSchema []struct{ Name, Type string } `json:"result_schema"`
	ResultOpen   bool                          `json:"result_open"`
}

// TestRules compares verdict and result schema of published queries with the
// official analyzer's. The shares may only rise.
func TestRules(t *testing.T) {
	r := registry(t)
	total, agree, schemas, same := 0, 0, 0, 0
	jsonLines(t, "corpus/rules-dev.jsonl", func(q ruleQuery) {
		c, err := catalog.Open(q.Environment)
		if err != nil {
			return
		}
		text := q.Query
		if len(q.Params) > 0 {
			var ps []string
			for _, p := range q.Params {
				ps = append(ps, p.Name+":"+p.Type)
			}
			text = "declare query_parameters(" + strings.Join(ps, ", ") + ");\n" + text
		}
		tree, diags := syntax.Parse(text)
		p, more := bind.Bind(tree, bind.Env{Functions: r, Catalog: workspace{c: c}, Strict: true})
		clean := len(errorsOf(append(diags, more...))) == 0
		total++
		if clean == q.Clean {
			agree++
		} else {
			t.Logf("%s: clean is %v, want %v", q.ID, clean, q.Clean)
		}
		if !clean || !q.Clean || q.ResultSchema == nil || q.ResultOpen {
			return
		}
		schemas++
		var got, want []string
		if n := len(p.Results); n > 0 {
			for _, c := range p.Results[n-1].Schema().Columns {
				got = append(got, c.Name+":"+c.Type.String())
			}
		}
		for _, c := range q.ResultSchema {
			want = append(want, c.Name+":"+c.Type)
		}
		if slices.Equal(got, want) {
			same++
		} else {
			t.Logf("%s:\ngot  %s\nwant %s", q.ID, got, want)
		}
	})
	t.Logf("verdict %d of %d, schema %d of %d", agree, total, same, schemas)
	if agree*1000 < total*leastVerdicts || same*1000 < schemas*leastSchemas {
		t.Errorf("verdict %d of %d, schema %d of %d: too few", agree, total, same, schemas)
	}
}

// A conformanceCase is a query with the engine's answer.
type conformanceCase struct {
	ID, KQL  string
	Expected struct {
		Columns, Types []string
		Error          string
	}
}

// TestConformance compares result schemas with those that the engine gave. What
// it refuses is refused here, or when it runs.
func TestConformance(t *testing.T) {
	r := registry(t)
	for file, least := range map[string]int{"fuzz-dev": leastFuzz, "emulator-dev": leastEmulator} {
		total, good := 0, 0
		jsonLines(t, "conformance/"+file+".jsonl", func(q conformanceCase) {
			total++
			p, diags := bindText(r, q.KQL)
			clean := len(errorsOf(diags)) == 0
			if clean == (q.Expected.Error != "") {
				t.Logf("%s: accepted is %v: %v\n%s", q.ID, clean, errorsOf(diags), q.KQL)
				return
			}
			if !clean {
				good++
				return
			}
			var got, want []string
			if len(p.Results) > 0 {
				for _, c := range p.Results[0].Schema().Columns {
					got = append(got, c.Name+":"+recorded(file, c.Type))
				}
			}
			for i, name := range q.Expected.Columns {
				want = append(want, name+":"+q.Expected.Types[i])
			}
			if slices.Equal(got, want) {
				good++
			} else {
				t.Logf("%s:\ngot  %s\nwant %s\n%s", q.ID, got, want, q.KQL)
			}
		})
		t.Logf("%s: %d of %d", file, good, total)
		if good*1000 < total*least {
			t.Errorf("%s: %d of %d: too few", file, good, total)
		}
	}
}

// recorded returns a type as a file of answers names it.
func recorded(file string, t types.Type) string {
	if file == "emulator-dev" {
		return t.DotNet()
	}
	switch t {
	case types.Int, types.Long:
		return "Int"
	case types.Real, types.Decimal:
		return "Real"
	case types.DateTime:
		return "DateTime"
	case types.TimeSpan:
		return "TimeSpan"
	case types.GUID:
		return "Guid"
	}
	s := t.String()
	return strings.ToUpper(s[:1]) + s[1:]
}

// The least shares, in thousandths, of the tests above.
const (
	leastVerdicts = 999
	leastSchemas  = 997
	leastFuzz     = 985
	leastEmulator = 700
)
