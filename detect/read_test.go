package detect

import (
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
