package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func TestRowsComeBack(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	for i := range 20 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*10, i*10+10)}})
	}
	wantNumbers(t, s, "Events", 0, 200)
	if n := len(s.Snapshot().states["Events"].hot); n > 6 {
		t.Errorf("200 rows lie in %d batches: small ones are not put together", n)
	}
	s.Close()

	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Events", 0, 200)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 200, 210)}})
	wantNumbers(t, s, "Events", 0, 210)
	s.Close()

	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Events", 0, 210)
	if d := s.Damage(); len(d) > 0 {
		t.Error(d)
	}
}

func TestOneProcess(t *testing.T) {
	dir := t.TempDir()
	open(t, dir, Options{idle: true})
	if _, err := Open(dir, Options{}); !errors.Is(err, ErrLocked) {
		t.Errorf("second Open: %v, want ErrLocked", err)
	}
}

func TestLargeBatchesBecomeSegmentsAtOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 10)}})
	mustAppend(t, s, Batch{ID: "big", Rows: []Rows{rowsOf("Events", 10, 10+segmentAtOnce)}})
	st := s.Snapshot().states["Events"]
	if len(st.segments) != 1 || len(st.hot) != 1 {
		t.Fatalf("%d segments and %d batches in memory, want one each", len(st.segments), len(st.hot))
	}
	check := func() {
		t.Helper()
		got, err := numbers(s.Snapshot(), "Events")
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if len(got) != 10+segmentAtOnce || got[0] != 0 || got[len(got)-1] != int64(len(got)-1) {
			t.Fatalf("%d rows, want %d", len(got), 10+segmentAtOnce)
		}
	}
	check()
	s.Close()
	s = open(t, dir, Options{idle: true})
	check() // the log names the segment
	if err := s.SetRetention("Events", Retention{}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir, Options{idle: true})
	check() // the log and the manifest do
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	if err := s.Compact("Events"); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir, Options{idle: true})
	check() // the log names a segment that compaction has replaced
}

func TestATableGrows(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 5)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	wide := types.NewSchema(types.Column{Name: "N", Type: types.Long}, types.Column{Name: "More", Type: types.Real})
	b := column.NewBatch(1, []column.Column{column.NewConst(types.Long, int64(5), 1), column.NewConst(types.Real, 0.5, 1)})
	mustAppend(t, s, Batch{Rows: []Rows{{Table: "Events", Schema: wide, Rows: b}}})
	wantNumbers(t, s, "Events", 0, 6)
	schema, _ := s.Schema("Events")
	if got, want := schema.String(), "TimeGenerated:datetime, N:long, User:string, Props:dynamic, More:real, ~_TimeReceived:datetime"; got != want {
		t.Errorf("schema is\n%s, want\n%s", got, want)
	}
	other := types.NewSchema(types.Column{Name: "More", Type: types.String})
	_, err := s.Append(context.Background(), Batch{Rows: []Rows{{Table: "Events", Schema: other, Rows: column.NewBatch(1, []column.Column{column.NewConst(types.String, "x", 1)})}}})
	if want := "column More of table Events is real and can't take values of type string"; err == nil || err.Error() != want {
		t.Errorf("error is %v, want %s", err, want)
	}
}

func TestCompactionKeepsOrderAndSnapshots(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	for i := range 20 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*10, i*10+10)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	before := s.Snapshot()
	if err := s.tidy(); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Snapshot().states["Events"].segments); n != 13 {
		t.Errorf("%d segments after compaction of 20, want 13", n)
	}
	if err := s.Compact("Events"); err != nil {
		t.Fatal(err)
	}
	if n := len(s.Snapshot().states["Events"].segments); n != 1 {
		t.Errorf("%d segments after all are compacted, want 1", n)
	}
	wantNumbers(t, s, "Events", 0, 200)
	files, _ := filepath.Glob(filepath.Join(s.tableDir("Events"), "*"+segmentEnd))
	if len(files) != 1 {
		t.Errorf("%d files are left of one segment", len(files))
	}
	if got, err := numbers(before, "Events"); err != nil || len(got) != 200 {
		t.Errorf("a snapshot from before reads %d rows, %v", len(got), err)
	}
}

func TestDropAndCreateAgain(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 5), rowsOf("Other", 0, 3)}})
	if err := s.Drop("Events"); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 5, 9)}})
	wantNumbers(t, s, "Events", 5, 9)
	s.Close()
	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Events", 5, 9)
	wantNumbers(t, s, "Other", 0, 3)
	if d := s.Damage(); len(d) > 0 {
		t.Error(d)
	}
}

// TestDroppedTableLeavesTheNewOneAlone lets work on a dropped table go on after
// one of the same name has been made.
func TestDroppedTableLeavesTheNewOneAlone(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 5)}})
	old, err := s.table("Events")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Drop("Events"); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 5, 9)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	if err := s.seal(old); err == nil {
		t.Error("a table that was dropped is sealed")
	}
	if _, err := s.writeSegment(old, about{number: 9}, eventSchema, nil); err == nil {
		t.Error("a segment of a table that was dropped is written")
	}
	s.Close()
	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Events", 5, 9)
}

func TestSegmentsOutsideTheTimesAreNotOpened(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	for i := range 3 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*3600, i*3600+10)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	snap := s.Snapshot()
	hint := plan.Hint{Column: 0, Op: plan.HintGreater, Values: column.NewVec(types.DateTime, []int64{ticks(start.Add(2 * time.Hour))}, nil)}
	got, err := numbers(snap, "Events", hint)
	if err != nil || len(got) != 10 || got[0] != 7200 {
		t.Errorf("%v %v, want the rows of the last segment", got, err)
	}
	if snap.states["Events"].segments[0].file != nil {
		t.Error("a segment outside the time wanted was opened")
	}
}

// TestDamageIsFound flips each byte of a segment, of its checksums and of the
// manifest in turn: reading must fail, with the file's name, or give the rows.
func TestDamageIsFound(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 50)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	folder := s.tableDir("Events")
	s.Close()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(whole); at += 1 + len(whole)/60 {
			flipped := slices.Clone(whole)
			flipped[at] ^= 0x40
			if err := os.WriteFile(path, flipped, 0o600); err != nil {
				t.Fatal(err)
			}
			s := open(t, dir, Options{idle: true})
			got, err := numbers(s.Snapshot(), "Events")
			if err == nil && len(got) != 50 {
				t.Errorf("%s with byte %d changed: %d rows and no error", e.Name(), at, len(got))
			}
			if err == nil && len(s.Damage()) == 0 && len(s.Snapshot().Verify(context.Background(), "Events", nil)) == 0 {
				t.Errorf("%s with byte %d changed: no error", e.Name(), at)
			}
			if err != nil && !strings.Contains(err.Error(), path) {
				t.Errorf("%s with byte %d changed: the error does not name the file: %v", e.Name(), at, err)
			}
			s.Close()
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A clock that is put back loses nothing, and rows in memory become segments all the same.
func TestClockGoesBack(t *testing.T) {
	dir, now := t.TempDir(), start
	clock := func() time.Time { return now }
	s := open(t, dir, Options{idle: true, Now: clock})
	mustAppend(t, s, Batch{ID: "a", Rows: []Rows{rowsOf("Events", 0, 10)}})
	now = start.Add(-30 * 24 * time.Hour)
	mustAppend(t, s, Batch{ID: "b", Rows: []Rows{rowsOf("Events", 10, 20)}})
	if due := s.due(); len(due) != 1 {
		t.Errorf("%d tables are due to be sealed", len(due))
	}
	for range 2 {
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"a", "b"} {
			ack, err := s.Append(context.Background(), Batch{ID: id, Rows: []Rows{rowsOf("Events", 90, 91)}})
			if err != nil || !ack.Duplicate {
				t.Errorf("batch %s again: %+v, %v", id, ack, err)
			}
		}
		s.Close()
		s = open(t, dir, Options{idle: true, Now: clock})
	}
	defer s.Close()
	got, err := numbers(s.Snapshot(), "Events")
	if err != nil || len(got) != 20 || len(s.Damage()) > 0 {
		t.Errorf("%d rows, %v, damaged: %v", len(got), err, s.Damage())
	}
}
