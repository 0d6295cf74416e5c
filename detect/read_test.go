package detect

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRead reads a folder as people have them: rules of all formats, other files
// between them, mistakes.
func TestRead(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a.yaml":             goodRule,
		"sub/twin.yml":       goodRule,
		"sub/b.json":         template,
		"sub/c.kql":          "let query_frequency = 5m; let query_period = 2d; T",
		"hunting.yaml":       "id: x\nname: y\nquery: T\n",
		"note.kql":           "T | take 3",
		"package.json":       "{}",
		"README.md":          "# Rules",
		".git/config.yaml":   "kind: Scheduled",
		"broken.yaml":        strings.Replace(goodRule, "severity: High", "severity: Huge", 1),
		"sub/torn.json":      template[:len(template)-100],
		"function/parse.yml": "FunctionName: f\nFunctionQuery: T\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got := Read([]string{dir, filepath.Join(dir, "nothing")})
	if len(got.Rules) != 3 || len(got.Errors) != 4 || len(got.Skipped) != 4 {
		t.Errorf("%d rules, %d errors, %d other files: %v, %v", len(got.Rules), len(got.Errors), len(got.Skipped), got.Errors, got.Skipped)
	}
	// A file that is named is a rule, or it is wrong.
	got = Read([]string{filepath.Join(dir, "hunting.yaml")})
	if len(got.Errors) == 0 || len(got.Rules)+len(got.Skipped) > 0 {
		t.Errorf("a hunting query as a rule: %+v", got)
	}
}

// TestFieldsInAnotherCase takes a file for a rule whose fields are written in another case,
// and says how they are written.
func TestFieldsInAnotherCase(t *testing.T) {
	dir := t.TempDir()
	text := "Id: x\nName: A\nKind: Scheduled\nQuery: T\nQueryFrequency: 1h\nQueryPeriod: 1h\nTriggerOperator: gt\nTriggerThreshold: 0\nSeverity: High\n"
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	all := errors.Join(Read([]string{dir}).Errors...)
	if all == nil {
		t.Fatal("the file is read or passed over")
	}
	for _, field := range []string{"id", "name", "kind", "query", "queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold", "severity"} {
		if !strings.Contains(all.Error(), "did you mean "+field+"?") {
			t.Errorf("%s is not meant by anything in\n%v", field, all)
		}
	}
}
