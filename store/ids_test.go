package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestABatchIsStoredOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	send := func(want bool) {
		t.Helper()
		if ack := mustAppend(t, s, Batch{ID: "a", Rows: []Rows{rowsOf("Events", 0, 5)}}); ack.Duplicate != want {
			t.Errorf("Duplicate is %v, want %v", ack.Duplicate, want)
		}
		wantNumbers(t, s, "Events", 0, 5)
	}
	send(false)
	send(true)
	s.Close()
	s = open(t, dir, Options{idle: true})
	send(true) // known from the log
	rotate(t, s)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if logs, _ := filepath.Glob(filepath.Join(dir, logFolder, "*"+logEnd)); len(logs) != 1 {
		t.Fatalf("%v: sealed rows keep the log", logs)
	}
	s = open(t, dir, Options{idle: true})
	send(true) // known from the file of ids
	s.Close()

	later := func() time.Time { return start.Add(8 * 24 * time.Hour) }
	s = open(t, dir, Options{idle: true, Now: later})
	if ack := mustAppend(t, s, Batch{ID: "a", Rows: []Rows{rowsOf("Events", 0, 5)}}); ack.Duplicate {
		t.Error("an id is remembered for longer than 7 days")
	}
}

// rotate makes the log begin a new file, so that the one before may go.
// What is known of batches and streams whose log is gone survives a changed byte, and so
// does what was purged; what is damaged with its copy is put aside.
func TestDamagedIDs(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	b := Batch{ID: "one", Source: "stream", Offset: 7, Rows: []Rows{rowsOf("Events", 0, 5)}}
	mustAppend(t, s, b)
	rotate(t, s)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Purge(context.Background(), "Events", "all", "me", func(types.Schema, *column.Batch) ([]uint32, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	ids, err := filepath.Glob(filepath.Join(dir, logFolder, "*"+idsEnd))
	if err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	damage := func(path string) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		data[len(data)/2] ^= 1
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{ids[0], filepath.Join(dir, purgesName)} {
		s.Close()
		damage(path)
		s = open(t, dir, Options{idle: true})
		if d := s.Damage(); len(d) != 1 || !strings.Contains(d[0].Error(), "mended from its copy") {
			t.Errorf("%s is damaged, and its copy is not: %v", path, d)
		}
		if end, _ := s.Offset("stream"); end != 7 || !s.Stored("one") {
			t.Errorf("%s is damaged: the stream is at %d", path, end)
		}
		s.Close()
		damage(path + copyEnd)
		for _, want := range []int{1, 0} {
			s = open(t, dir, Options{idle: true})
			if d := s.Damage(); len(d) != want || want > 0 && !strings.Contains(d[0].Error(), path+copyEnd) {
				t.Errorf("the copy of %s is damaged: %v, want %d", path, d, want)
			}
			s.Close()
		}
		damage(path)
		damage(path + copyEnd)
		for _, want := range []int{1, 0} {
			s = open(t, dir, Options{idle: true})
			if d := s.Damage(); len(d) != want {
				t.Errorf("%s is damaged with its copy: %v, want %d", path, d, want)
			}
			s.Close()
		}
		if _, err := os.Stat(path + damagedEnd); err != nil {
			t.Error(err)
		}
		if err := os.Rename(path+damagedEnd, path); err != nil {
			t.Fatal(err)
		}
		damage(path)
		if err := os.Remove(path + copyEnd); err != nil {
			t.Fatal(err)
		}
	}
}

// Streams that are forgotten do not come back with the files that knew them.
func TestForget(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	for i, source := range []string{"a", "b", "c", "a"} {
		mustAppend(t, s, Batch{Source: source, Offset: int64(i), Rows: []Rows{rowsOf("Events", i, i+1)}})
		rotate(t, s)
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	s.Forget("a", "b")
	mustAppend(t, s, Batch{Source: "d", Offset: 9, Rows: []Rows{rowsOf("Events", 4, 5)}})
	rotate(t, s)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if got := s.Offsets(""); len(got) != 2 || got["c"] != 2 || got["d"] != 9 {
			t.Errorf("known are %v, want c and d", got)
		}
		s.Close()
		s = open(t, dir, Options{idle: true})
	}
}
