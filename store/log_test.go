package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// An empty file of the log goes when the store is opened. That it has gone is no damage,
// though the process was killed just then.
func TestEmptyLogIsGone(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 1)}})
	s.Close()
	s = open(t, dir, Options{idle: true}) // begins a file that nothing is written to
	empty := filepath.Join(dir, logFolder, logName(s.log.seq))
	s.Close()
	if err := os.Remove(empty); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Options{idle: true})
	if d := s.Damage(); len(d) > 0 {
		t.Error(d)
	}
}

// A file of the log that was cut off between two records, emptied or removed is told
// by its name, although what is left of it is whole.
func TestLogThatIsCutOff(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	var ends []int64
	for i := range 4 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i, i+1)}})
		ends = append(ends, s.log.off)
		if i == 1 {
			rotate(t, s)
		}
	}
	s.Close()
	for _, c := range []struct {
		file  uint64
		bytes int64 // -1 to remove it
		rows  int
	}{{1, ends[0], 3}, {1, 0, 2}, {1, -1, 2}, {2, ends[2], 3}, {2, 0, 2}, {2, -1, 2}} {
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(copied, logFolder, logName(c.file))
		err := os.Remove(path)
		if c.bytes >= 0 {
			err = os.WriteFile(path, nil, 0o600)
			whole, readErr := os.ReadFile(filepath.Join(dir, logFolder, logName(c.file)))
			err = errors.Join(err, readErr, os.WriteFile(path, whole[:c.bytes], 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
		s := open(t, copied, Options{idle: true})
		damage := s.Damage()
		got, err := numbers(s.Snapshot(), "Events")
		if len(damage) != 1 || !strings.Contains(damage[0].Error(), logName(c.file)) || err != nil || len(got) != c.rows {
			t.Errorf("file %d with %d bytes: damage is %v; there are %v, %v", c.file, c.bytes, damage, got, err)
		}
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 9, 10)}})
		s.Close()
		if s = open(t, copied, Options{idle: true}); len(s.Damage()) != 0 {
			t.Errorf("file %d with %d bytes: told again: %v", c.file, c.bytes, s.Damage())
		}
	}
}

// TestDamageInTheLog flips bytes of the log: the records that are whole are
// there, the one that is not is told.
func TestDamageInTheLog(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	for i := range 5 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*10, i*10+10)}})
	}
	s.Close()
	path := filepath.Join(dir, logFolder, logName(1))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(whole); at += 7 {
		flipped := slices.Clone(whole)
		flipped[at] ^= 1
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(copied, logFolder, logName(1)), flipped, 0o600); err != nil {
			t.Fatal(err)
		}
		s := open(t, copied, Options{idle: true})
		got, err := numbers(s.Snapshot(), "Events")
		if err != nil || len(got) != 40 || len(s.Damage()) != 1 {
			t.Errorf("byte %d changed: %d rows, %v, damage %v; want 40 rows and one record damaged", at, len(got), err, s.Damage())
		}
		s.Close()
	}
}
