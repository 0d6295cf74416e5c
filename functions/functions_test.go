package functions_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/functions"
)

// open reads one file of a text.
func open(t *testing.T, name, text string) *functions.Library {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := functions.Open([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// Every form gives the name, the parameters and the body that a workspace has.
func TestForms(t *testing.T) {
	for _, c := range []struct{ file, text, name, params, body string }{
		{"F.kql", "print 1", "F", "()", "print 1"},
		{"F.csl", "\ufeffT | take 1", "F", "()", "T | take 1"},
		{"F.kql", "// says x\ndeclare query_parameters(a: long, b: string = ')');\nprint a", "F", "(a: long, b: string = ')')", "\n\nprint a"},
		{"F.kql", "let g = (T: (a: long, *), b: dynamic = dynamic([])) { T | where a in (b) }", "F", "(T: (a: long, *), b: dynamic = dynamic([]))", " T | where a in (b) "},
		{"F.kql", "let x = 1; print x", "F", "()", "let x = 1; print x"},
		{"f.kql", ".create function with (docstring='a (b) c', folder=\"d\") Named() { print 1 }", "Named", "()", " print 1 "},
		{"f.kql", ".alter function ['My F'](a: int) { a }", "My F", "(a: int)", " a "},
		{"f.yaml", "FunctionName: P\nFunctionAlias: Alias\nFunctionQuery: |\n  print 1\n", "Alias", "()", "print 1\n"},
		{"f.yaml", "ParserName: P\nParserParams:\n- {Name: a, Type: string, Default: it's}\n- {Name: T, Type: 'table:(b:long)'}\n- {Name: c, Type: bool, Default: False}\nParserQuery: T\n", "P", `(a: string = 'it\'s', T: (b:long), c: bool = false)`, "T"},
		{"f.json", `{"resources":[{"type":"x/workspaces","resources":[{"type":"savedSearches","properties":{"functionAlias":"A","functionParameters":"n:long","query":"print n"}}]}]}`, "A", "(n:long)", "print n"},
		{"f.json", `{"resources":[{"type":"a/savedSearches","properties":{"FunctionAlias":"A","query":"[[1, 2]"}}]}`, "A", "()", "[1, 2]"},
		{"f.json", `{"resources":[{"type":"a/contentTemplates","properties":{"mainTemplate":{"resources":{"one":{"type":"b/savedSearches","properties":{"functionAlias":"A","query":"print 1"}}}}}}]}`, "A", "()", "print 1"},
	} {
		l := open(t, c.file, c.text)
		f, ok := l.Function(c.name)
		if !ok || f.Params != c.params || f.Body != c.body {
			t.Errorf("%s\nhas %q: %q %q, want %q %q (%v)", c.text, l.Names(), f.Params, f.Body, c.params, c.body, l.Problems())
		}
	}
}

// A mistake is told with the file and the line; of two functions of one name the
// first counts.
func TestProblems(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"F.kql", "T\n| where", "F.kql: line 2 of F: "},
		{"F.kql", "declare query_parameters(a: long);\nprint a\n|", "F.kql: line 3 of F: "},
		{"F.yaml", "ParserQuery: [", "F.yaml: "},
		{"F.yaml", "ParserQuery: print 1", "F.yaml: the parser has no ParserName"},
		{"F.yaml", "ParserName: P\nParserParams:\n- {Name: a b, Type: string}\nParserQuery: print 1", "F.yaml: the parameters (a b: string) of P: "},
		{"F.json", "{", "F.json: "},
		{"F.kql", ".create function A() { 1 }\n.create function A() { 2 }", "the function A is in "},
	} {
		l := open(t, c.file, c.text)
		if p := l.Problems(); len(p) != 1 || !strings.Contains(p[0].Error(), c.want) {
			t.Errorf("%s\nhas the problems %v, want %s", c.text, p, c.want)
		}
	}
}
