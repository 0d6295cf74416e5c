package syntax

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// sharedPath is a file of the shared data beside the checkout. The test is skipped without it.
func sharedPath(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("CALYPSO_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(root, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Skipf("shared data: %v", err)
	}
	return path
}

// readLines decodes each line of a JSON lines file.
func readLines[T any](t testing.TB, name string) []T {
	t.Helper()
	f, err := os.Open(sharedPath(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<26)
	var out []T
	for sc.Scan() {
		var v T
		if err := json.Unmarshal(sc.Bytes(), &v); err != nil {
			t.Fatalf("%s: line %d: %v", name, len(out)+1, err)
		}
		out = append(out, v)
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// corpusQuery is a line of the rules corpus, with the verdict of Microsoft's parser.
type corpusQuery struct {
	ID           string `json:"id"`
	Query        string `json:"query"`
	SyntaxErrors struct {
		Count int `json:"count"`
	} `json:"syntax_errors"`
}

// conformanceCase is a query with the engine's answer.
type conformanceCase struct {
	ID       string                     `json:"id"`
	KQL      string                     `json:"kql"`
	Expected map[string]json.RawMessage `json:"expected"`
}

func (c conformanceCase) rejected() bool { return c.Expected["error"] != nil }

// sharedQueries are all texts at hand.
func sharedQueries(t testing.TB) []string {
	t.Helper()
	var out []string
	for _, q := range readLines[corpusQuery](t, "corpus/rules-dev.jsonl") {
		out = append(out, q.Query)
	}
	for _, name := range conformanceFiles {
		for _, c := range readLines[conformanceCase](t, name) {
			out = append(out, c.KQL)
		}
	}
	return out
}

var conformanceFiles = [...]string{
	"conformance/emulator-dev.jsonl", "conformance/fuzz-dev.jsonl", "conformance/docs-extra-dev.jsonl",
}
