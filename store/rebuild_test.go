package store

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// loseManifests removes the manifests of all tables, with their copies, and what
// else is named in them.
func loseManifests(t *testing.T, dir string, more ...string) {
	t.Helper()
	for _, name := range append([]string{manifestName}, more...) {
		for _, end := range []string{"", copyEnd} {
			files, err := filepath.Glob(filepath.Join(dir, tablesFolder, "*", name+end))
			if err != nil {
				t.Error(err)
			}
			for _, f := range files {
				if err := os.Remove(f); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// rebuildAfterCrash opens a copy of a store whose manifests are lost: all that was
// acknowledged is there once, and the batch under way whole or not at all. It may be
// called in any goroutine.
func rebuildAfterCrash(t *testing.T, dir, step string, acked, pending int) {
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Error(err)
		return
	}
	loseManifests(t, copied)
	o := Options{idle: true, Now: func() time.Time { return start }}
	if _, err := Rebuild(context.Background(), copied, o); err != nil {
		t.Errorf("crash before %s, manifests lost: %v", step, err)
		return
	}
	s, err := Open(copied, o)
	if err != nil {
		t.Error(err)
		return
	}
	defer s.Close()
	if d := s.Damage(); len(d) > 0 {
		t.Errorf("crash before %s, manifests lost: %v", step, d)
	}
	for _, table := range []string{"Events", "Other"} {
		got, err := numbers(s.Snapshot(), table)
		if acked == 0 && len(got) == 0 {
			continue // it was being made
		}
		slices.Sort(got)
		if err != nil || len(got) != acked && len(got) != acked+pending {
			t.Errorf("crash before %s, manifests lost: table %s has %d rows of %d acknowledged: %v", step, table, len(got), acked, err)
		}
		for i, n := range got {
			if n != int64(i) {
				t.Errorf("crash before %s, manifests lost: table %s has row %d where %d should be", step, table, n, i)
				break
			}
		}
	}
}

// everything prints the tables of a store, with their notes and retention.
func everything(s *Store) string {
	var out strings.Builder
	snap := s.Snapshot()
	for _, x := range snap.Stats() {
		text, err := dump(snap, x.Table)
		fmt.Fprintln(&out, x.Table, snap.ID(x.Table), x.Retention, text, err, s.Notes(x.Table, "").text())
	}
	return out.String()
}

// TestRebuild loses all manifests after each of many changes, the files that the
// change has removed being there still: the tables that are made of the rest are as
// they were.
func TestRebuild(t *testing.T) {
	dir := t.TempDir()
	now := start
	clock := func() time.Time { return now }
	s := open(t, dir, Options{idle: true, Now: clock})
	n := 0
	more := func(rows int, tables ...string) func() error {
		return func() error {
			for _, name := range tables {
				mustAppend(t, s, Batch{ID: strconv.Itoa(n), Rows: []Rows{rowsOf(name, n, n+rows)}})
				n += rows
			}
			return nil
		}
	}
	purge := func(table string, which func(i int64) bool) func() error {
		return func() error {
			_, err := s.Purge(context.Background(), table, "", "", func(schema types.Schema, b *column.Batch) ([]uint32, error) {
				c, err := b.Column(schema.Index("N"))
				if err != nil {
					return nil, err
				}
				var rows []uint32
				for v, i := column.ViewOf[int64](c), 0; i < c.Len(); i++ {
					if which(v.At(i)) {
						rows = append(rows, uint32(i))
					}
				}
				return rows, nil
			})
			return err
		}
	}
	for i, change := range []func() error{
		more(3, "A", "B"),
		func() error { return s.Seal() },
		more(3, "A", "B", "A"),
		func() error { return s.Alter("A", to("N:long", "X:long"), Notes{"k": json.RawMessage("1")}) },
		more(3, "A", "B"),
		func() error { return s.SetRetention("B", Retention{Age: 1000 * time.Hour}) },
		func() error { return s.Rename(map[string]string{"A": "B", "B": "A"}) },
		func() error { return s.Seal() },
		more(segmentAtOnce, "A"),
		purge("A", func(i int64) bool { return i%2 == 0 && i < 30 }),
		more(3, "A", "B"),
		func() error { return s.Seal() },
		more(segmentAtOnce, "B", "A"),
		func() error { return s.Compact("A") },
		func() error { return s.Compact("B") },
		more(3, "A"),
		purge("A", func(i int64) bool { return true }),
		func() error { return s.Refill("B", Refilling{Schema: eventSchema}) },
		more(3, "B"),
		func() error { return s.Refill("B", Refilling{}) },
		more(3, "B", "C"),
		func() error {
			return s.Refill("C", Refilling{Schema: eventSchema, Rows: []*column.Batch{events(0, 2)}})
		},
		more(3, "A", "C"),
		func() error { return s.Seal() },
		func() error { now = now.Add(2000 * time.Hour); return s.Expire("A") },
		func() error { return s.Drop("A") },
		more(3, "A"),
	} {
		before := t.TempDir()
		if err := os.CopyFS(before, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		if err := change(); err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
		want := everything(s)
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		bringBack(t, before, copied)
		loseManifests(t, copied)
		done, err := Rebuild(context.Background(), copied, Options{Now: clock})
		if err != nil {
			t.Fatalf("change %d: %v", i, err)
		}
		again := open(t, copied, Options{idle: true, Now: clock})
		if d := again.Damage(); len(d) > 0 {
			t.Errorf("change %d: %v", i, d)
		}
		if got := everything(again); got != want {
			t.Errorf("change %d: the tables are\n%.3000s\nwant\n%.3000s\n%v", i, got, want, done)
		}
		again.Close()
	}
}

// bringBack copies the files of segments that are in the tables of one store and no
// longer in those of another to that.
func bringBack(t *testing.T, from, to string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(from, tablesFolder, "*", "0*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		name, _ := filepath.Rel(from, f)
		if _, err := os.Stat(filepath.Join(to, filepath.Dir(name))); err != nil {
			continue // the table was dropped
		}
		data, err := os.ReadFile(f)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestRebuildFromSegments has lost table.json, too, and a segment's footer is
// damaged, whose rows the log has still: all rows are there, and what is lost is said.
func TestRebuildFromSegments(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 10)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 10, 10+segmentAtOnce)}})
	if err := s.Compact("Events"); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 10+segmentAtOnce, 20+segmentAtOnce)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 20+segmentAtOnce, 30+segmentAtOnce)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 30+segmentAtOnce, 40+segmentAtOnce)}})
	segs := s.stateOf(s.tables["Events"]).segments
	last := segs[len(segs)-1]
	s.Close()
	path := filepath.Join(dir, tablesFolder, "Events", last.File)
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-20] ^= 1
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	loseManifests(t, dir, tableName)
	s = open(t, dir, Options{idle: true})
	if d := s.Damage(); len(d) == 0 || !strings.Contains(d[0].Error(), "store repair") {
		t.Errorf("damage is %v, want the table, and what to do", d)
	}
	s.Close()
	done, err := Rebuild(context.Background(), dir, Options{})
	if err != nil || len(done) != 1 || done[0].Segments != 2 || len(done[0].Said) != 2 {
		t.Fatalf("rebuilt is %+v, %v; want two segments and two sentences", done, err)
	}
	if _, err := os.Stat(filepath.Join(dir, damagedFolder, "Events", last.File)); err != nil {
		t.Error(err)
	}
	s = open(t, dir, Options{idle: true})
	wantNumbers(t, s, "Events", 0, 40+segmentAtOnce)
	if done, err := Rebuild(context.Background(), dir, Options{}); err == nil {
		t.Errorf("a store that is open is rebuilt: %v", done)
	}
}
