package store

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestDamagedManifestKeepsTheLog is about rows that are in the log only, of a
// table whose manifest can't be read: when it is whole again, they are there.
func TestDamagedManifestKeepsTheLog(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 5), rowsOf("Other", 0, 5)}})
	path := filepath.Join(s.tableDir("Events"), manifestName)
	s.Close()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{path, path + copyEnd} {
		if err := os.WriteFile(p, whole[:len(whole)/2], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir, Options{idle: true})
	if len(s.Damage()) == 0 {
		t.Error("no damage is told")
	}
	wantNumbers(t, s, "Other", 0, 5)
	if _, err := numbers(s.Snapshot(), "Events"); err == nil {
		t.Error("a table without its manifest can be read")
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Other", 5, 9)}})
	rotate(t, s)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Events", 0, 5)
	wantNumbers(t, s, "Other", 0, 9)
}

// TestOneOfTwoIsMended damages, and removes, a manifest and the store's own file,
// or the copy of it: the other mends it.
func TestOneOfTwoIsMended(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 5)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	manifest := filepath.Join(s.tableDir("Events"), manifestName)
	s.Close()
	for _, path := range []string{manifest, filepath.Join(dir, rootName)} {
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{path, path + copyEnd} {
			flipped := slices.Clone(whole)
			flipped[len(flipped)/2] ^= 1
			if err := os.WriteFile(path, flipped, 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, dir, Options{idle: true})
			if d := s.Damage(); len(d) != 1 || !strings.Contains(d[0].Error(), path+": damaged") || !strings.Contains(d[0].Error(), "mended") {
				t.Errorf("%s: told is %v", path, d)
			}
			wantNumbers(t, s, "Events", 0, 5)
			s.Close()
			if again, err := os.ReadFile(path); err != nil || string(again) != string(whole) {
				t.Errorf("%s is not as it was: %v", path, err)
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		s := open(t, dir, Options{idle: true})
		wantNumbers(t, s, "Events", 0, 5)
		s.Close()
	}
}
