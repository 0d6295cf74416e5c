package explain_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/explain"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/workspace"
)

// TestCorpus explains every tenth query of the shared corpus that compiles: each has
// steps, each step is one whole sentence, and no placeholder is left in one. It
// is skipped without the shared folder.
func TestCorpus(t *testing.T) {
	shared := os.Getenv("CALYPSO_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "shared")
	}
	f, err := os.Open(filepath.Join(shared, "corpus", "rules-dev.jsonl"))
	if err != nil {
		t.Skipf("no shared folder: %v", err)
	}
	defer f.Close()
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Open(catalog.Sentinel, catalog.WithAdditions())
	if err != nil {
		t.Fatal(err)
	}
	ws := workspace.New(c, nil)
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<26)
	explained, byText := 0, 0
	for n := 0; in.Scan(); n++ {
		if n%10 != 0 {
			continue
		}
		var line struct{ ID, Query string }
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		q, diags := engine.Compile(line.Query, ws)
		if hasError(diags) || len(q.Results()) == 0 {
			continue
		}
		x, err := explain.Of(engine, q, kql.RunOptions{Now: now})
		if err != nil {
			t.Errorf("%s: %v", line.ID, err)
			continue
		}
		explained++
		byText += checkSteps(t, line.ID, x.Steps)
		if err := x.Write(&bytes.Buffer{}, 80); err != nil {
			t.Error(err)
		}
	}
	if in.Err() != nil || explained < 130 {
		t.Errorf("only %d queries were explained: %v", explained, in.Err())
	}
	t.Logf("%d queries explained, %d operators by their text", explained, byText)
}

func hasError(diags []syntax.Diagnostic) bool {
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return true
		}
	}
	return false
}

// checkSteps checks steps and those within, and counts the operators that are
// told of by their text.
func checkSteps(t *testing.T, id string, steps []explain.Step) int {
	n := 0
	if len(steps) == 0 {
		t.Errorf("%s: no steps", id)
	}
	for _, s := range steps {
		if strings.ContainsAny(s.Text, "\x00\n\t") || !strings.HasSuffix(s.Text, ".") && !strings.HasSuffix(s.Text, ":") {
			t.Errorf("%s: no sentence: %q", id, s.Text)
		}
		if strings.HasPrefix(s.Text, "Apply: ") {
			n++
		}
		if len(s.Steps) > 0 {
			n += checkSteps(t, id, s.Steps)
		} else if strings.HasSuffix(s.Text, ":") {
			t.Errorf("%s: nothing stands below %q", id, s.Text)
		}
	}
	return n
}
