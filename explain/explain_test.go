package explain_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/explain"
	"github.com/calypso-kql/calypso/internal/script"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/workspace"
)

var update = script.UpdateFlag()

// now is now() in every golden: 2026-03-01 12:00 UTC.
var now = types.DaysOfDate(2026, 3, 1)*types.TicksPerDay + 12*types.TicksPerHour

// of explains a query over the tables of Sentinel; a query of the form @FILE is
// that of the rule.
func of(t *testing.T, text string) *explain.Explanation {
	t.Helper()
	if file, ok := strings.CutPrefix(strings.TrimSpace(text), "@"); ok {
		text = ruleQuery(t, file)
	}
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Open(catalog.Sentinel, catalog.WithAdditions())
	if err != nil {
		t.Fatal(err)
	}
	q, diags := engine.Compile(text, workspace.New(c, nil))
	for _, d := range diags {
		if d.Severity == syntax.Error {
			t.Fatalf("the query is wrong:\n%s", syntax.Render(text, diags))
		}
	}
	x, err := explain.Of(engine, q, kql.RunOptions{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func ruleQuery(t *testing.T, file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rule, err := detect.Parse(file, data)
	if err != nil {
		t.Fatal(err)
	}
	return rule.Query
}

func section(t *testing.T, text, title string) string {
	var b bytes.Buffer
	if err := of(t, text).Write(&b, 100); err != nil {
		t.Fatal(err)
	}
	for s := range strings.SplitSeq(b.String(), "\n\n") {
		if rest, ok := strings.CutPrefix(s, title); ok {
			_, rest, _ = strings.Cut(rest, "\n")
			return rest
		}
	}
	return ""
}

// TestScripts runs the golden scripts. The views are the sections of an
// explanation, and all of it.
func TestScripts(t *testing.T) {
	views := map[string]script.View{
		"all": func(t *testing.T, text string) string {
			var b bytes.Buffer
			if err := of(t, text).Write(&b, 0); err != nil {
				t.Fatal(err)
			}
			return b.String()
		},
	}
	for name, title := range map[string]string{
		"steps": "Steps", "tables": "Tables", "columns": "Columns named", "operators": "Operators", "functions": "Functions", "result": "Result",
	} {
		views[name] = func(t *testing.T, text string) string { return section(t, text, title) }
	}
	script.Run(t, "testdata/*.test", *update, views)
}

// TestEveryOperator holds that each operator of the grammar has words of its own:
// none falls back to its text.
func TestEveryOperator(t *testing.T) {
	data, err := os.ReadFile("testdata/operators.test")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(data), "\n") {
		if strings.Contains(line, "Apply: ") {
			t.Errorf("an operator is told of by its text: %s", line)
		}
	}
}
