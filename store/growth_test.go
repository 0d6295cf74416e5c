package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Files of ids have all streams in the last two of them only, and those that have nothing
// else go: with many streams they would soon be larger than the rows.
func TestStreamsAreInTheLastFilesOfIDs(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	const files = 8
	for i := range files {
		b := Batch{Source: fmt.Sprintf("stream %d", i), Offset: int64(i + 1), Rows: []Rows{rowsOf("Events", i, i+1)}}
		if i%2 == 0 {
			b.ID = fmt.Sprint("batch ", i)
		}
		mustAppend(t, s, b)
		rotate(t, s)
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	ids, err := filepath.Glob(filepath.Join(dir, logFolder, "*"+idsEnd))
	if err != nil || len(ids) != 2+files/2-1 { // of the first six, three have batches
		t.Fatalf("the files of ids are %v (%v)", ids, err)
	}
	for i, path := range ids {
		for _, path := range []string{path, path + copyEnd} {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if n, last := strings.Count(string(text), "stream "), i >= len(ids)-2; last != (n > 0) {
				t.Errorf("%s has %d streams", path, n)
			}
		}
	}
	for range 2 {
		for i := range files {
			if offset, ok := s.Offset(fmt.Sprintf("stream %d", i)); !ok || offset != int64(i+1) {
				t.Errorf("stream %d is known up to %d (%v)", i, offset, ok)
			}
			if want := i%2 == 0; s.Stored(fmt.Sprint("batch ", i)) != want {
				t.Errorf("batch %d is known: %v, want %v", i, !want, want)
			}
		}
		s.Close()
		s = open(t, dir, Options{idle: true})
		if d := s.Damage(); len(d) > 0 {
			t.Error(d)
		}
	}
}

// A crash between the copy and the file, while streams are left out of them, is no damage.
func TestCrashWhileIDsBecomeThin(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	for i := range 2 {
		mustAppend(t, s, Batch{ID: fmt.Sprint(i), Source: "stream", Offset: int64(i), Rows: []Rows{rowsOf("Events", i, i+1)}})
		rotate(t, s)
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	path := filepath.Join(dir, logFolder, idsName(1))
	fat, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := thinIDs(path, func(string) {}); err != nil || !left {
		t.Fatal(left, err)
	}
	if err := os.WriteFile(path, fat, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Options{idle: true})
	if d := s.Damage(); len(d) > 0 {
		t.Error(d)
	}
	if offset, ok := s.Offset("stream"); !ok || offset != 1 || !s.Stored("0") || !s.Stored("1") {
		t.Errorf("the stream is known up to %d (%v)", offset, ok)
	}
}

// The list of segments that went does not grow while a table expires day after day.
func TestGoneSegmentsAreForgotten(t *testing.T) {
	dir := t.TempDir()
	now := start
	s := open(t, dir, Options{idle: true, Now: func() time.Time { return now }})
	const days = manyGone + 20
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 1)}})
	if err := s.SetRetention("Events", Retention{Age: time.Hour}); err != nil {
		t.Fatal(err)
	}
	for range days {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 1)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
		now = now.Add(24 * time.Hour)
		if err := s.Expire("Events"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(s.tables["Events"].kept.Gone); n > manyGone {
		t.Errorf("%d segments are listed as gone, want %d at most", n, manyGone)
	}
}

// Tables that were dropped are forgotten with the last file of the log that has rows of
// them.
func TestDroppedTablesAreForgotten(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	for range 5 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Other", 0, 1)}})
		if err := s.Drop("Other"); err != nil {
			t.Fatal(err)
		}
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 1)}})
	s.Close()
	s = open(t, dir, Options{idle: true})
	if n := len(s.root.Dropped); n != 5 {
		t.Errorf("%d dropped tables are known while the log has rows of 5", n)
	}
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir, Options{idle: true})
	if n := len(s.root.Dropped); n != 0 {
		t.Errorf("%d dropped tables are known", n)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Other", 3, 4)}})
	s.Close()
	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Other", 3, 4)
	wantNumbers(t, s, "Events", 0, 1)
	if d := s.Damage(); len(d) > 0 {
		t.Error(d)
	}
}
