package conformance

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// A recording is one query with the answer to it.
type recording struct {
	ID       string `json:"id"`
	KQL      string `json:"kql"`
	Expected struct {
		Columns []string `json:"columns"`
		Types   []string `json:"types"`
		Rows    [][]any  `json:"rows"`
		Error   *string  `json:"error"`
	} `json:"expected"`
	Ordered       bool     `json:"ordered"`
	Skip          *string  `json:"skip"`
	Approx        *float64 `json:"approx"`
	AnyArrayOrder bool     `json:"any_array_order"`
}

// shared returns the path of a file of the recordings, or skips the test.
func shared(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("CALYPSO_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(root, "conformance", name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no recordings at %s", path)
	}
	return path
}

func readRecordings(t *testing.T, name string) []recording {
	t.Helper()
	f, err := os.Open(shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []recording
	s := bufio.NewScanner(f)
	s.Buffer(nil, 64<<20)
	for s.Scan() {
		var r recording
		d := json.NewDecoder(bytesReader(s.Bytes()))
		d.UseNumber()
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, r)
	}
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}
