package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
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

// TestRepair damages one row group of a segment, and all of another: the rows that
// are whole can be queried afterwards, and the damaged files are still there.
func TestRepair(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	const many = 1 << 18 // two row groups and more
	large := rowsOf("Events", 0, many)
	digests := make([]string, many) // so that each row group is many blocks
	for i := range digests {
		digests[i] = fmt.Sprintf("%x", sha256.Sum256([]byte(strconv.Itoa(i))))
	}
	large.Schema = types.NewSchema(append(slices.Clone(large.Schema.Columns), types.Column{Name: "Digest", Type: types.String})...)
	large.Rows = column.NewBatch(many, append(columns(t, large.Rows), column.NewVec(types.String, digests, nil)))
	mustAppend(t, s, Batch{Rows: []Rows{large}})
	for i := range 2 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", many+i*10, many+i*10+10)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	segs := s.stateOf(s.tables["Events"]).segments
	flip := func(file string, at int64) {
		t.Helper()
		f, err := os.OpenFile(filepath.Join(s.tableDir("Events"), file), os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var b [1]byte
		if _, err := f.ReadAt(b[:], at); err != nil {
			t.Fatal(err)
		}
		b[0] ^= 1
		if _, err := f.WriteAt(b[:], at); err != nil {
			t.Fatal(err)
		}
	}
	flip(segs[0].File, 100) // in the first row group
	flip(sumsName(segs[2].File), 2)
	flip(segs[1].File, segs[1].Bytes-100) // in the footer
	if _, err := numbers(s.Snapshot(), "Events"); err == nil {
		t.Fatal("damaged segments are read")
	}
	done, err := s.Repair(context.Background(), "Events")
	if err != nil || len(done) != 3 {
		t.Fatalf("repaired are %v, %v; want three segments", done, err)
	}
	if r := done[0]; r.Rows == 0 || r.Lost == 0 || r.Rows+r.Lost != many {
		t.Errorf("of %d rows %d are kept and %d lost", many, r.Rows, r.Lost)
	}
	if r := done[1]; r.Rows != 0 || r.Lost != 10 {
		t.Errorf("%d rows are kept and %d lost, want 0 and 10", r.Rows, r.Lost)
	}
	if r := done[2]; r.Rows != 10 || r.Lost != 0 || r.Kept != "" {
		t.Errorf("checksums of %d rows are mended, %d lost, and something is kept: %q", r.Rows, r.Lost, r.Kept)
	}
	for _, r := range done[:2] {
		if _, err := os.Stat(r.Kept); err != nil {
			t.Error(err)
		}
	}
	s.Close()
	s = open(t, dir, Options{idle: true})
	got, err := numbers(s.Snapshot(), "Events")
	if err != nil || int64(len(got)) != done[0].Rows+10 || got[len(got)-1] != many+19 {
		t.Errorf("%d rows can be read, the last is %d, %v", len(got), got[len(got)-1], err)
	}
	if done, err := s.Repair(context.Background(), "Events"); err != nil || len(done) > 0 {
		t.Errorf("again repaired are %v, %v", done, err)
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

func columns(t *testing.T, b *column.Batch) []column.Column {
	t.Helper()
	cols := make([]column.Column, b.Width())
	for i := range cols {
		c, err := b.Column(i)
		if err != nil {
			t.Fatal(err)
		}
		cols[i] = c
	}
	return cols
}

// TestSegmentsHoldNoMemory seals again and again: what wrote a segment must be gone
// with it.
func TestSegmentsHoldNoMemory(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	seal := func(i int) {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*1000, i*1000+1000)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	seal(0)
	before := heap()
	for i := range 20 {
		seal(i + 1)
	}
	if after := heap(); after > before+4<<20 {
		t.Errorf("20 segments hold %d KB", (after-before)>>10)
	}
}
