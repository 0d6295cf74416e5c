package bind_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// TestExamples runs the example of every constructor of a finding: it must have
// that finding, with a place inside the text.
func TestExamples(t *testing.T) {
	r := registry(t)
	ran := 0
	for _, file := range sources(t, "codes*.go") {
		code := ""
		for _, line := range strings.Split(file, "\n") {
			if m := codeLine.FindStringSubmatch(line); m != nil {
				code = m[1]
			}
			example, ok := strings.CutPrefix(line, "// Example: ")
			if !ok {
				continue
			}
			ran++
			tree, diags := syntax.Parse(example)
			env := bind.Env{Functions: r, Catalog: testCatalog(), Strict: true, Parameters: map[string]column.Column{
				"given": column.NewVec(types.String, []string{"many"}, nil),
			}}
			_, more := bind.Bind(tree, env)
			env.Strict = false
			_, loose := bind.Bind(tree, env)
			diags = append(append(diags, more...), loose...)
			i := slices.IndexFunc(diags, func(d syntax.Diagnostic) bool { return code == "" || d.Code == code })
			if i < 0 {
				t.Errorf("%s\nwant %s, got %v", example, code, diags)
				continue
			}
			if d := diags[i]; d.Pos < 0 || d.End < d.Pos || d.End > len(example) {
				t.Errorf("%s\n%s is at %d to %d", example, code, d.Pos, d.End)
			}
		}
	}
	if ran < 40 {
		t.Errorf("only %d examples", ran)
	}
}

// codeLine finds the code in the first line of a constructor's comment.
var codeLine = regexp.MustCompile(`^// \w+ is (KS\d+)`)

// TestEveryCodeHasExample checks that no constructor of a finding lacks one.
func TestEveryCodeHasExample(t *testing.T) {
	fn := regexp.MustCompile(`(?m)((?:^//.*\n)+)func (\w+)\([^)]*\) syntax\.Diagnostic`)
	for _, file := range sources(t, "codes*.go") {
		for _, m := range fn.FindAllStringSubmatch(file, -1) {
			if !strings.Contains(m[1], "// Example: ") && m[2] != "fault" {
				t.Errorf("%s has no example", m[2])
			}
		}
	}
}

func sources(t *testing.T, glob string) []string {
	t.Helper()
	paths, err := filepath.Glob(glob)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no files match %s: %v", glob, err)
	}
	var out []string
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(p, "_test.go") {
			out = append(out, string(data))
		}
	}
	return out
}
