package ruletest_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/ruletest"
	"github.com/calypso-kql/calypso/workspace"
)

type schemas struct{ *catalog.Catalog }

func (s schemas) Schema(name string) (types.Schema, bool) {
	t, ok := s.Table(name)
	return t.Schema, ok
}

func (s schemas) Names() []string { return s.Tables() }

// TestRulesThatShip runs the tests of the rules that ship with Calypso.
func TestRulesThatShip(t *testing.T) {
	c, err := catalog.Open(catalog.Sentinel, catalog.WithAdditions())
	if err != nil {
		t.Fatal(err)
	}
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	r := &ruletest.Runner{Engine: engine, Tables: schemas{c}, Delay: 5 * time.Minute,
		Workspace: func(x workspace.Tables) *workspace.Workspace { return workspace.New(c, x) }}
	rules, err := filepath.Glob("../rules/*.yaml")
	if err != nil || len(rules) < 2 {
		t.Fatal(rules, err)
	}
	for _, path := range rules {
		if strings.HasSuffix(path, ruletest.Suffix) {
			continue
		}
		f, err := ruletest.Read(strings.TrimSuffix(path, ".yaml") + ruletest.Suffix)
		if err != nil {
			t.Error(err)
			continue
		}
		for i := range f.Tests {
			for _, wrong := range r.Run(context.Background(), f, &f.Tests[i]).Failures {
				t.Errorf("%s: %s: %s", path, f.Tests[i].Name, wrong)
			}
		}
	}
}

// TestMistakes reads files that are wrong: each says what, and where.
func TestMistakes(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("r.kql", "let query_frequency = 5m; let query_period = 1h; T")
	for text, want := range map[string]string{
		"tests:\n  - name: a\n    alert: 1\n":                            "r.test.yaml:3: tests[0].alert is an unknown field: did you mean alerts?",
		"tests: []\n":                                                    "r.test.yaml:1: tests are missing",
		"tests:\n  - alerts: 1\n":                                        "r.test.yaml:2: tests[0].name is missing",
		"tests:\n  - name: a\n":                                          "r.test.yaml:2: tests[0].alerts is missing",
		"tests:\n  - {name: a, alerts: -1}\n":                            "tests[0].alerts want no fewer than 0 alerts",
		"tests:\n  - {name: a, alerts: some}\n":                          `"some": want a number of alerts, none, or a list`,
		"tests:\n  - {name: a, alerts: 1, now: today}\n":                 `tests[0].now "today": want a time as`,
		"tests:\n  - {name: a, alerts: 1}\n  - {name: a, alerts: 2}":     `r.test.yaml:3: tests[1].name "a" is also another test's`,
		"tests:\n  - {name: a, steps: [{at: 5, alerts: 1}]}\n":           `tests[0].steps[0].at "5": want a period after now`,
		"tests:\n  - {name: a, steps: [{at: +5m}]}\n":                    "tests[0].steps[0].alerts is missing",
		"tests:\n  - {name: a, alerts: 1, tables: {T: {file: x}}}\n":     "tests[0].tables.T.file can't be read: stat ",
		"tests:\n  - {name: a, alerts: 1, tables: {T: 7}}\n":             "want a list of records",
		"tests:\n  - {name: a, alerts: 1, tables: {T: {kq: T}}}\n":       "tests[0].tables.T.kq is an unknown field: did you mean kql?",
		"tests:\n  - {name: a, alerts: [{rows: many}]}\n":                `r.test.yaml:2: tests[0].alerts[0].rows: want a number, not "many"`,
		"tests:\n  - {name: a, alerts: [{name: x, severty: High}]}\n":    "tests[0].alerts[0].severty is an unknown field: did you mean severity?",
		"tests:\n  - {name: a, alerts: [], table: {}}\ntestt: 1\nx: 2\n": "r.test.yaml:2: tests[0].table is an unknown field: did you mean tables?\nDIR/r.test.yaml:3: testt is an unknown field: did you mean tests?\nDIR/r.test.yaml:4: x is",
		"rule: s.kql\ntests:\n  - {name: a, alerts: 1}\n":                "its rule: open",
	} {
		_, err := ruletest.Read(write("r.test.yaml", text))
		if want = strings.ReplaceAll(want, "DIR", dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\ngives %v, want %q", text, err, want)
		}
	}
	if _, err := ruletest.Read(write("lonely.test.yaml", "tests:\n  - {name: a, alerts: 1}\n")); err == nil || !strings.Contains(err.Error(), "there is no rule beside it") {
		t.Errorf("without a rule: %v", err)
	}
}
