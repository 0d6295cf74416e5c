package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestCommitted holds that the committed data are what the references give.
func TestCommitted(t *testing.T) {
	shared := os.Getenv("CALYPSO_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "..", "shared")
	}
	schemas := filepath.Join(shared, "schemas")
	if _, err := os.Stat(schemas); err != nil {
		t.Skipf("no shared folder: %v", err)
	}
	files, err := generate(schemas)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("..", "..", "data", name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("data/%s differs from what the references give: run `go generate ./catalog`", name)
		}
	}
}
