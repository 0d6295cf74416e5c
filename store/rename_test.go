package store

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestRename(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("A", 0, 3), rowsOf("B", 0, 5)}})
	if err := s.Rename(map[string]string{"A": "B", "B": "A"}); err != nil {
		t.Fatal(err)
	}
	wantNumbers(t, s, "A", 0, 5)
	wantNumbers(t, s, "B", 0, 3)
	if err := s.Rename(map[string]string{"A": "B"}); err == nil || !strings.Contains(err.Error(), "table B exists already") {
		t.Errorf("error is %v", err)
	}
	if err := s.Rename(map[string]string{"A": "C"}); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("A", 0, 7)}}) // a new table in the old one's place
	check := func() {
		t.Helper()
		wantNumbers(t, s, "A", 0, 7)
		wantNumbers(t, s, "B", 0, 3)
		wantNumbers(t, s, "C", 0, 5)
	}
	check()
	s.Close()
	s = open(t, dir, Options{idle: true})
	check()
	s.Close()

	// Without the store's own file the manifests know their names.
	for _, name := range []string{rootName, rootName + copyEnd} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir, Options{idle: true})
	check()
}
