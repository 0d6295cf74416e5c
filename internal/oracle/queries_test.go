package oracle

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/function"
)

// allQueries returns the queries that both analyzers see.
func allQueries(t *testing.T, e *kql.Engine) []query {
	all := ownQueries(t)
	for _, glob := range []string{"../../kql/testdata/*/*.test"} {
		all = append(all, goldenQueries(t, glob)...)
	}
	for _, f := range e.Functions().Families() {
		all = append(all, functionExamples(e, f)...)
	}
	all = append(append(all, diagnosticExamples(t)...), missionQueries(t)...)
	seen := map[string]bool{}
	for _, q := range all {
		if seen[q.key] {
			t.Errorf("two queries have the key %q", q.key)
		}
		seen[q.key] = true
	}
	return all
}

// ownQueries reads testdata/queries.kql: a line with a query each, after the
// tables that they read.
func ownQueries(t *testing.T) []query {
	data, err := os.ReadFile("testdata/queries.kql")
	if err != nil {
		t.Fatal(err)
	}
	tables, list, ok := strings.Cut(string(data), "\n//\n")
	if !ok {
		t.Fatal("testdata/queries.kql: no line of // after the tables")
	}
	var out []query
	for line := range strings.Lines(list) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "//") {
			out = append(out, query{line, tables + "\n" + line})
		}
	}
	return out
}

// goldenQueries returns the queries of golden scripts.
func goldenQueries(t *testing.T, glob string) []query {
	paths, err := filepath.Glob(glob)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts match %s: %v", glob, err)
	}
	var out []query
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".test")
		for _, c := range strings.Split("\n"+string(data), "\n=== ")[1:] {
			title, text, _ := strings.Cut(c, "\n")
			text, _, _ = strings.Cut(text, "\n--- ")
			out = append(out, query{name + "/" + title, text})
		}
	}
	return out
}

// functionExamples returns a query for each example of a declaration.
func functionExamples(e *kql.Engine, f function.Family) []query {
	var out []query
	for i := range f.Scalars {
		for _, x := range f.Scalars[i].Examples {
			call := x[:max(0, strings.LastIndex(x, " -> "))]
			out = append(out, query{call, "print " + call})
		}
	}
	for i := range f.Aggregates {
		for _, x := range f.Aggregates[i].Examples {
			x = x[:max(0, strings.LastIndex(x, " -> "))]
			literals, call, _ := strings.Cut(x, " | ")
			first, _ := e.Compile("print "+literals, kql.Tables{})
			typ := first.Results()[0].Columns[0].Type.String()
			out = append(out, query{x, "datatable(x: " + typ + ")[" + literals + "] | summarize " + call})
		}
	}
	return out
}

// exampleLine finds the example in a diagnostic's comment.
var exampleLine = regexp.MustCompile(`(?m)^// Example: (.*)$`)

// diagnosticExamples returns the texts that are wrong on purpose.
func diagnosticExamples(t *testing.T) []query {
	var out []query
	for _, glob := range []string{"../../kql/syntax/codes*.go", "../../kql/bind/codes*.go"} {
		paths, err := filepath.Glob(glob)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range exampleLine.FindAllStringSubmatch(string(data), -1) {
				out = append(out, query{"wrong: " + m[1], m[1]})
			}
		}
	}
	return out
}
