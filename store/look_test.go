package store

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestVerifyFindsAChangedByte(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 500)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	if faults := s.Snapshot().Verify(context.Background(), "Events", nil); len(faults) > 0 {
		t.Fatal(faults)
	}
	path := filepath.Join(s.tableDir("Events"), segmentName(1))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	whole[len(whole)/2] ^= 1
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	faults := s.Snapshot().Verify(context.Background(), "Events", nil)
	if len(faults) != 1 || !strings.Contains(faults[0].Error(), path) {
		t.Errorf("faults are %v, want one that names %s", faults, path)
	}
}

func TestPurge(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	for i := range 3 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*10, i*10+10)}})
		if i < 2 {
			if err := s.Seal(); err != nil {
				t.Fatal(err)
			}
		}
	}
	// Purge the rows up to 9, which are all of a segment, and row 15.
	match := func(schema types.Schema, b *column.Batch) ([]uint32, error) {
		c, err := b.Column(schema.Index("N"))
		if err != nil {
			return nil, err
		}
		var rows []uint32
		for i, n := range column.FlatVec[int64](c).Vals {
			if n < 10 || n == 15 {
				rows = append(rows, uint32(i))
			}
		}
		return rows, nil
	}
	if n, err := s.Snapshot().Count(context.Background(), "Events", match); err != nil || n != 11 {
		t.Errorf("%d rows would be purged, %v; want 11", n, err)
	}
	gone, err := s.Purge(context.Background(), "Events", "N < 10 or N == 15", "ada", match)
	if err != nil || gone.Rows != 11 {
		t.Fatalf("%d rows purged, %v; want 11", gone.Rows, err)
	}
	check := func() {
		t.Helper()
		got, err := numbers(s.Snapshot(), "Events")
		if err != nil || len(got) != 19 || got[0] != 10 || got[5] != 16 || got[18] != 29 {
			t.Errorf("left are %v, %v", got, err)
		}
	}
	check()
	s.Close()
	s = open(t, dir, Options{idle: true})
	check()
	done, err := s.Purges()
	if err != nil || len(done) != 1 || done[0] != gone || gone.Number != 1 || gone.Ended.IsZero() {
		t.Errorf("purges are %+v, %v; want %+v", done, err, gone)
	}
	if n := logBytes(t, dir); n > 0 {
		t.Errorf("the log still has %d bytes, in which purged rows may be", n)
	}
}

func TestStats(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 10)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 10, 15)}})
	stats := s.Snapshot().Stats()
	if len(stats) != 1 {
		t.Fatalf("%d tables", len(stats))
	}
	x := stats[0]
	if x.Rows != 10 || x.HotRows != 5 || x.Segments != 1 || x.Bytes == 0 || len(x.Days) != 1 || x.Days[0].Rows != 10 {
		t.Errorf("stats are %+v", x)
	}
	if span := x.Times["TimeGenerated"]; span.Min != ticks(start) || span.Max != ticks(start)+9e7 {
		t.Errorf("times are %v", span)
	}
}

// logBytes returns the size of the files in the log.
func logBytes(t *testing.T, dir string) (n int64) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, logFolder))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		st, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Ext(e.Name()) == logEnd {
			n += st.Size()
		}
	}
	return n
}
