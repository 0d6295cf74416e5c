package catalog

import (
	"bufio"
	"encoding/json"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/types"
)

// sharedFile opens a file of the shared folder beside the checkout, or skips.
func sharedFile(t *testing.T, name string) *os.File {
	t.Helper()
	shared := os.Getenv("CALYPSO_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(shared, name))
	if err != nil {
		t.Skipf("no shared folder: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// A corpusQuery is what these tests need of a published query.
type corpusQuery struct {
	ID, Query      string
	Environment    Environment
	Clean          bool
	Tables         []string
	Operators      []string
	Statements     []string
	HiddenInResult []string                      `json:"hidden_in_result"`
	ResultSchema   []struct{ Name, Type string } `json:"result_schema"`
}

func cleanQueries(t *testing.T) []corpusQuery {
	t.Helper()
	lines := bufio.NewScanner(sharedFile(t, "corpus/rules-dev.jsonl"))
	lines.Buffer(nil, 16<<20)
	var out []corpusQuery
	for lines.Scan() {
		var q corpusQuery
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			t.Fatal(err)
		}
		if q.Clean {
			out = append(out, q)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestCorpusTables checks that the tables of queries that Microsoft's analyzer
// accepts are there, by name or by wildcard. A query may name others where
// they need not exist: in `union isfuzzy=true`, or as names of its own.
func TestCorpusTables(t *testing.T) {
	checked := 0
	for _, q := range cleanQueries(t) {
		c := open(t, q.Environment)
		for _, name := range q.Tables {
			checked++
			if c.Has(name) || strings.Contains(name, "*") && matchesTable(c, name) {
				continue
			}
			if _, ok := c.Function(name); ok {
				continue
			}
			own := regexp.MustCompile(`let\s+` + regexp.QuoteMeta(name) + `\s*=`)
			if !strings.Contains(q.Query, "isfuzzy") && !own.MatchString(q.Query) {
				t.Errorf("%s: %s has no table %s", q.ID, q.Environment, name)
			}
		}
	}
	if checked < 2000 {
		t.Errorf("only %d tables checked", checked)
	}
}

func matchesTable(c *Catalog, pattern string) bool {
	return slices.ContainsFunc(c.Tables(), func(name string) bool {
		ok, err := path.Match(pattern, name)
		return err == nil && ok
	})
}

// TestCorpusResults checks order and types: a query that only filters, sorts or
// cuts one table returns the table's visible columns.
func TestCorpusResults(t *testing.T) {
	keepColumns := []string{"where", "take", "limit", "sort", "order", "top", "filter"}
	checked := map[Environment]int{}
	for _, q := range cleanQueries(t) {
		if len(q.Tables) != 1 || len(q.HiddenInResult) > 0 {
			continue
		}
		if slices.ContainsFunc(q.Operators, func(op string) bool { return !slices.Contains(keepColumns, op) }) {
			continue
		}
		tbl, ok := open(t, q.Environment, WithAdditions()).Table(q.Tables[0])
		if !ok || tbl.Open {
			continue
		}
		checked[q.Environment]++
		var want types.Schema
		for _, c := range q.ResultSchema {
			typ, _ := types.Lookup(c.Type)
			want.Columns = append(want.Columns, types.Column{Name: c.Name, Type: typ})
		}
		if got := tbl.Schema.Visible(); !got.Equal(want) {
			t.Errorf("%s: %s %s:\ngot  %v\nwant %v", q.ID, q.Environment, tbl.Name, got, want)
		}
	}
	t.Logf("whole tables checked: %v", checked)
	if checked[Sentinel] < 50 || checked[DefenderXDR] < 20 {
		t.Errorf("too few whole tables: %v", checked)
	}
}

// TestMissionColumns checks that every name in the query that Calypso was built
// for is a column of its tables, or one that the query makes, or KQL.
func TestMissionColumns(t *testing.T) {
	text, err := os.ReadFile(sharedFile(t, "mission/suspicious-api-traffic.kql").Name())
	if err != nil {
		t.Fatal(err)
	}
	query := regexp.MustCompile(`//.*`).ReplaceAllString(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(string(text), ""), "")
	known := map[string]bool{}
	c := open(t, Sentinel)
	for _, name := range []string{"AADUserRiskEvents", "SecurityAlert", "AADNonInteractiveUserSignInLogs"} {
		known[name] = true
		for _, col := range table(t, c, name).Schema.Columns {
			known[col.Name] = true
		}
	}
	for own := range strings.FieldsSeq(`query_frequency query_period FirstTimeGenerated AltAlertLink AlertStatus TimeReceived _Events
		let where and in by as on kind join lookup leftouter left right project extend summarize
		ago min arg_max strcat coalesce toscalar make_list m d`) {
		known[own] = true
	}
	for _, name := range regexp.MustCompile(`[A-Za-z_]\w*`).FindAllString(query, -1) {
		if !known[name] {
			t.Errorf("%s is no column of the query's tables", name)
		}
	}
}
