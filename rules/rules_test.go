package rules_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/rules"
	"github.com/calypso-kql/calypso/workspace"
)

// Every shipped rule is a valid rule whose query compiles, and the columns that
// its alerts are made of are in the result.
func TestRulesAreValid(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Open(catalog.Sentinel, catalog.WithAdditions())
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob("*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no rules: %v", err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, ".test.yaml") {
			continue
		}
		text, err := rules.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := detect.Parse(name, text)
		if err != nil {
			t.Error(err)
			continue
		}
		q, diags := engine.Compile(r.Query, workspace.New(c, nil))
		if len(diags) > 0 {
			t.Errorf("%s:\n%s", name, syntax.Render(r.Query, diags))
			continue
		}
		results := q.Results()
		for _, column := range columns(r) {
			if results[len(results)-1].Index(column) < 0 {
				t.Errorf("%s: an alert is made of %s, which the query does not return", name, column)
			}
		}
	}
}

// columns are those that the rule's alerts are made of.
func columns(r *detect.Rule) []string {
	var out []string
	for _, e := range r.Entities {
		for _, f := range e.Fields {
			out = append(out, f.Column)
		}
	}
	for _, c := range r.CustomDetails {
		out = append(out, c)
	}
	for _, c := range r.Override.Properties {
		out = append(out, c)
	}
	return append(out, r.Override.Placeholders()...)
}

func TestReadNamesTheMissing(t *testing.T) {
	if _, err := rules.Read("none.yaml"); err == nil {
		t.Error("a rule that does not exist was read")
	}
}
