package syntax

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the results of golden tests to testdata")

// golden runs a file of cases: texts, each with what is wanted of it below a line of dashes;
// a line of equal signs ends a case.
func golden(t *testing.T, path string, run func(text string) string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for c := range strings.SplitSeq(string(data), "\n====\n") {
		text, want, ok := strings.Cut(c+"\n", "\n----\n")
		if !ok && strings.TrimSpace(c) == "" {
			continue
		}
		got := strings.TrimRight(run(text), "\n")
		if want = strings.TrimRight(want, "\n"); got != want && !*update {
			t.Errorf("%s\n---- got\n%s\n---- want\n%s", text, got, want)
		}
		out.WriteString(text + "\n----\n" + got + "\n====\n")
	}
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestTrees(t *testing.T) {
	golden(t, "testdata/trees.golden", func(text string) string {
		q, diags := Parse(text)
		return Dump(q) + Render(text, diags)
	})
}

func TestLayout(t *testing.T) {
	golden(t, "testdata/layout.golden", func(text string) string {
		q, _ := Parse(text)
		return Format(q)
	})
}

func TestErrors(t *testing.T) {
	golden(t, "testdata/errors.golden", func(text string) string {
		_, diags := Parse(text)
		return Render(text, diags)
	})
}
