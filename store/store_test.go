package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// start is the time of the tests' clock.
var start = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

func ticks(t time.Time) int64 {
	n, _ := types.TicksOf(t)
	return n
}

var eventSchema = types.NewSchema(
	types.Column{Name: "TimeGenerated", Type: types.DateTime},
	types.Column{Name: "N", Type: types.Long},
	types.Column{Name: "User", Type: types.String},
	types.Column{Name: "Props", Type: types.Dynamic},
	types.Column{Name: "_TimeReceived", Type: types.DateTime, Hidden: true},
)

// events returns the rows numbered from up to, not including, to.
func events(from, to int) *column.Batch {
	n := to - from
	at, num, codes, props := make([]int64, n), make([]int64, n), make([]uint32, n), make([]dynamic.Value, n)
	for i := range n {
		at[i], num[i], codes[i] = ticks(start)+int64(from+i)*1e7, int64(from+i), uint32((from+i)%3)
		if i%2 == 0 {
			props[i], _ = dynamic.ParseJSON(fmt.Sprintf(`{"n":%d}`, from+i))
		}
	}
	users := column.NewVec(types.String, []string{"ada", "ben", "cleo"}, nil)
	return column.NewBatch(n, []column.Column{
		column.NewVec(types.DateTime, at, nil), column.NewVec(types.Long, num, nil),
		&column.Dict{Codes: codes, Values: users}, column.NewVec(types.Dynamic, props, nil),
		column.NewConst(types.DateTime, ticks(start), n),
	})
}

func rowsOf(table string, from, to int) Rows {
	return Rows{Table: table, Schema: eventSchema, Rows: events(from, to)}
}

func open(t *testing.T, dir string, o Options) *Store {
	t.Helper()
	if o.Now == nil {
		o.Now = func() time.Time { return start }
	}
	s, err := Open(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func mustAppend(t *testing.T, s *Store, b Batch) Ack {
	t.Helper()
	ack, err := s.Append(context.Background(), b)
	if err != nil {
		t.Fatal(err)
	}
	return ack
}

// numbers returns column N of a table, in order.
func numbers(snap *Snapshot, table string, hints ...plan.Hint) ([]int64, error) {
	src, ok := snap.Table(table)
	if !ok {
		return nil, nil
	}
	at := src.Schema().Index("N")
	r, err := src.Open(context.Background(), plan.Scan{Columns: []int{at}, Hints: hints})
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var out []int64
	for {
		b, err := r.Next(context.Background())
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		c, err := b.Column(0)
		if err != nil {
			return nil, err
		}
		out = append(out, column.FlatVec[int64](c).Vals...)
	}
}

func wantNumbers(t *testing.T, s *Store, table string, from, to int) {
	t.Helper()
	got, err := numbers(s.Snapshot(), table)
	if err != nil {
		t.Fatal(err)
	}
	var want []int64
	for i := from; i < to; i++ {
		want = append(want, int64(i))
	}
	if !slices.Equal(got, want) {
		t.Fatalf("table %s holds %d rows %v…, want %d to %d", table, len(got), got[:min(len(got), 10)], from, to-1)
	}
}

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

func TestAStreamGoesOnWhereItWas(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	batch := func(offset int64, from, to int) Batch {
		return Batch{Source: "hub/0", Offset: offset, Rows: []Rows{rowsOf("Events", from, to)}}
	}
	mustAppend(t, s, batch(10, 0, 5))
	mustAppend(t, s, batch(20, 5, 9))
	if ack := mustAppend(t, s, batch(20, 5, 9)); !ack.Duplicate {
		t.Error("an offset is stored twice")
	}
	rotate(t, s)
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	s.Close()
	later := func() time.Time { return start.Add(30 * 24 * time.Hour) }
	s = open(t, dir, Options{idle: true, Now: later})
	if end, ok := s.Offset("hub/0"); end != 20 || !ok {
		t.Errorf("Offset is %d %v, want 20", end, ok)
	}
	wantNumbers(t, s, "Events", 0, 9)
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

// When a stream was last seen is known after its log file is gone.
func TestLastSeen(t *testing.T) {
	dir := t.TempDir()
	now := start
	o := Options{idle: true, Now: func() time.Time { return now }}
	s := open(t, dir, o)
	for i, source := range []string{"a", "b", "c", "c"} {
		mustAppend(t, s, Batch{Source: source, Offset: int64(i), Rows: []Rows{rowsOf("Events", i, i+1)}})
		now = now.Add(time.Hour)
	}
	s.Touch("b", "unknown")
	want := map[string]time.Time{"a": start, "b": start.Add(4 * time.Hour), "c": start.Add(3 * time.Hour)}
	for range 2 {
		if got := s.LastSeen(""); !maps.Equal(got, want) {
			t.Errorf("last seen: %v, want %v", got, want)
		}
		rotate(t, s)
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
		s.Close()
		s = open(t, dir, o)
	}
}

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

func rotate(t *testing.T, s *Store) {
	t.Helper()
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	if err := s.log.rotate(); err != nil {
		t.Fatal(err)
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

func TestRetention(t *testing.T) {
	now := start
	s := open(t, t.TempDir(), Options{idle: true, Now: func() time.Time { return now }})
	for i := range 3 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", i*3600, i*3600+10)}})
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SetRetention("Events", Retention{Age: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	now = start.Add(25*time.Hour + time.Minute)
	before := s.Snapshot()
	if err := s.tidy(); err != nil {
		t.Fatal(err)
	}
	got, err := numbers(s.Snapshot(), "Events")
	if err != nil || len(got) != 10 || got[0] != 7200 {
		t.Errorf("after a day %v %v, want the rows of the last hour", got, err)
	}
	if got, err := numbers(before, "Events"); err != nil || len(got) != 30 {
		t.Errorf("a snapshot from before reads %d rows, %v", len(got), err)
	}
}

// A row from the future does not keep its segment for ever: it counts from a day after its arrival.
func TestRetentionOfTheFuture(t *testing.T) {
	now := start
	s := open(t, t.TempDir(), Options{idle: true, Now: func() time.Time { return now }})
	late, _ := types.TicksOf(start.AddDate(80, 0, 0))
	received, _ := types.TicksOf(start)
	one := Rows{Table: "Events", Schema: eventSchema, Rows: column.NewBatch(1, []column.Column{
		column.NewConst(types.DateTime, late, 1), column.NewConst(types.Long, int64(1), 1), column.NewConst(types.String, "", 1),
		column.NullConst(types.Dynamic, 1), column.NewConst(types.DateTime, received, 1),
	})}
	mustAppend(t, s, Batch{Rows: []Rows{one}})
	if err := s.SetRetention("Events", Retention{Age: 24 * time.Hour}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		after time.Duration
		rows  int
	}{{47 * time.Hour, 1}, {49 * time.Hour, 0}} {
		now = start.Add(c.after)
		if err := errors.Join(s.Seal(), s.tidy()); err != nil {
			t.Fatal(err)
		}
		if got, err := numbers(s.Snapshot(), "Events"); err != nil || len(got) != c.rows {
			t.Errorf("after %s: %v %v, want %d rows", c.after, got, err, c.rows)
		}
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
