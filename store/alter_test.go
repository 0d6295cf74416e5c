package store

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func columnsNamed(pairs ...string) types.Schema {
	var s types.Schema
	for _, p := range pairs {
		name, kind, _ := strings.Cut(p, ":")
		t, _ := types.Lookup(kind)
		s.Columns = append(s.Columns, types.Column{Name: name, Type: t})
	}
	return s
}

// to is a change to the columns given.
func to(pairs ...string) func(types.Schema) (types.Schema, error) {
	return func(types.Schema) (types.Schema, error) { return columnsNamed(pairs...), nil }
}

// dump returns the visible columns of a table and its rows, each as a line.
func dump(snap *Snapshot, table string) (string, error) {
	src, ok := snap.Table(table)
	if !ok {
		return "no table", nil
	}
	var scan plan.Scan
	var names []string
	for i, c := range src.Schema().Columns {
		if !c.Hidden && c.Name != "TimeGenerated" && c.Name != "Props" {
			scan.Columns = append(scan.Columns, i)
			names = append(names, c.Name+":"+c.Type.String())
		}
	}
	var out strings.Builder
	out.WriteString(strings.Join(names, " "))
	r, err := src.Open(context.Background(), scan)
	if err != nil {
		return "", err
	}
	defer r.Close()
	for {
		b, err := r.Next(context.Background())
		if err == io.EOF {
			return out.String(), nil
		}
		if err != nil {
			return "", err
		}
		for row := range b.Len() {
			out.WriteString("\n")
			for i := range names {
				c, err := b.Column(i)
				if err != nil {
					return "", err
				}
				out.WriteString(cellText(c, row) + " ")
			}
		}
	}
}

func cellText(c column.Column, i int) string {
	if c.Null(i) {
		return "null"
	}
	if c.Type() == types.Long {
		v := column.ViewOf[int64](c)
		return fmt.Sprint(v.At(i))
	}
	v := column.ViewOf[string](c)
	return fmt.Sprintf("%q", v.At(i))
}

func wantDump(t *testing.T, s *Store, table, want string) {
	t.Helper()
	got, err := dump(s.Snapshot(), table)
	if err != nil {
		t.Fatal(err)
	}
	if got = strings.TrimSpace(strings.ReplaceAll(got, " \n", "\n")); got != want {
		t.Errorf("%s is\n%s\nwant\n%s", table, got, want)
	}
}

// A column that is dropped or gets another type never comes back: not from
// segments, not from memory, not from the log, not through compaction.
func TestAlter(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	alter := func(pairs ...string) {
		t.Helper()
		if err := s.Alter("Events", to(pairs...), nil); err != nil {
			t.Fatal(err)
		}
	}
	reopen := func() {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, dir, Options{idle: true})
		if d := s.Damage(); len(d) > 0 {
			t.Fatal(d)
		}
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 1)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 1, 2)}})
	wantDump(t, s, "Events", "N:long User:string\n0 \"ada\"\n1 \"ben\"")

	alter("User:string", "Props:dynamic", "TimeGenerated:datetime", "More:long")
	wantDump(t, s, "Events", "User:string More:long\n\"ada\" null\n\"ben\" null")
	reopen()
	wantDump(t, s, "Events", "User:string More:long\n\"ada\" null\n\"ben\" null")

	alter("User:long", "Props:dynamic", "TimeGenerated:datetime", "More:long", "N:long")
	want := "User:long More:long N:long\nnull null null\nnull null null"
	wantDump(t, s, "Events", want)
	if err := s.Compact("Events"); err != nil {
		t.Fatal(err)
	}
	wantDump(t, s, "Events", want)
	reopen()
	wantDump(t, s, "Events", want)

	// Rows bring the old type no more, and N again.
	if _, err := s.Append(context.Background(), Batch{Rows: []Rows{rowsOf("Events", 2, 3)}}); err == nil || !strings.Contains(err.Error(), "column User of table Events is long") {
		t.Errorf("error is %v", err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{{Table: "Events", Schema: columnsNamed("N:long"), Rows: column.NewBatch(1, []column.Column{column.NewConst(types.Long, int64(7), 1)})}}})
	want += "\nnull null 7"
	wantDump(t, s, "Events", want)
	reopen()
	wantDump(t, s, "Events", want)
	for _, err := range s.Snapshot().Verify(context.Background(), "Events", nil) {
		t.Error(err)
	}
}

// Rows under way while a table is altered are stored with the columns that fit.
func TestAlterWhileRowsComeIn(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{SealBytes: 1 << 12, SealAge: 5 * time.Millisecond})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 10)}})
	var all sync.WaitGroup
	all.Go(func() {
		for i := 1; i < 60; i++ {
			if _, err := s.Append(context.Background(), Batch{Rows: []Rows{{Table: "Events", Schema: columnsNamed("N:long"), Rows: column.NewBatch(10, []column.Column{column.NewConst(types.Long, int64(i), 10)})}}}); err != nil && !strings.Contains(err.Error(), "can't take values") {
				t.Error(err)
			}
		}
	})
	all.Go(func() {
		for i := range 20 {
			kind := []string{"N:string", "N:long", "M:long"}[i%3]
			if err := s.Alter("Events", to("TimeGenerated:datetime", kind), nil); err != nil {
				t.Error(err)
			}
			if _, err := dump(s.Snapshot(), "Events"); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	before, err := dump(s.Snapshot(), "Events")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir, Options{idle: true})
	if d := s.Damage(); len(d) > 0 {
		t.Error(d)
	}
	after, err := dump(s.Snapshot(), "Events")
	if err != nil || after != before {
		t.Errorf("opened again it is\n%s\n(%v)\nwant\n%s", after, err, before)
	}
}

// TestCrashWhileATableChanges looks at the folder before each change of a file:
// opened from there, a change has been made or not, and nothing is damaged.
func TestCrashWhileATableChanges(t *testing.T) {
	dir := t.TempDir()
	look := func(s *Store) string {
		var out strings.Builder
		for _, name := range s.Snapshot().Names() {
			text, err := dump(s.Snapshot(), name)
			fmt.Fprintln(&out, name, text, err, s.Notes(name, "").text())
		}
		fmt.Fprintln(&out, s.Notes("", "").text())
		return out.String()
	}
	var before string
	var seen []string // by crashes in the change under way
	crash := func(string) {
		if before == "" {
			return
		}
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Error(err)
		}
		s, err := Open(copied, Options{idle: true})
		if err != nil {
			t.Error(err)
			return
		}
		defer s.Close()
		if d := s.Damage(); len(d) > 0 {
			t.Error(d)
		}
		seen = append(seen, look(s))
	}
	s := open(t, dir, Options{idle: true, step: crash})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("A", 0, 3), rowsOf("B", 0, 5)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("A", 3, 4), rowsOf("B", 5, 6)}})
	note := Notes{"k": json.RawMessage(`"v"`)}
	for i, change := range []func() error{
		func() error { return s.Alter("A", to("N:string", "X:long"), note) },
		func() error { return s.Rename(map[string]string{"A": "B", "B": "A"}) },
		func() error { return s.Rename(map[string]string{"A": "C"}) },
		func() error { return s.Alter("B", to("N:long"), Notes{"k": nil}) },
		func() error {
			return s.Refill("C", Refilling{Schema: eventSchema, Rows: []*column.Batch{events(0, 2)}})
		},
		func() error { return s.SetNotes("", note) },
		func() error { return s.SetNotes("B", note) },
		func() error { return s.Refill("B", Refilling{}) },
		func() error {
			return s.Refill("C", Refilling{
				Schema:  types.NewSchema(types.Column{Name: "N", Type: types.String}, types.Column{Name: "More", Type: types.Long}),
				Rows:    []*column.Batch{column.NewBatch(2, []column.Column{column.NewVec(types.String, []string{"a", "b"}, nil), column.NewVec(types.Long, []int64{1, 2}, nil)})},
				Columns: to("N:string", "More:long"), Notes: Notes{"new": json.RawMessage("1")},
			})
		},
		func() error { return s.Drop("C") },
	} {
		before, seen = look(s), nil
		if err := change(); err != nil {
			t.Fatal(err)
		}
		after := look(s)
		if before == after {
			t.Errorf("change %d changes nothing", i)
		}
		if len(seen) < 2 || slices.ContainsFunc(seen, func(s string) bool { return s != before && s != after }) {
			t.Errorf("change %d: crashes on the way from\n%s\nto\n%s\nleft\n%s", i, before, after, strings.Join(seen, "\n"))
		}
		before = after
	}
}

// text returns the notes as one line.
func (n Notes) text() string {
	b, _ := json.Marshal(n)
	return string(b)
}

func TestDamagedNotesAreKept(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	if err := s.SetNotes("", Notes{"function/F": json.RawMessage(`{"a":1}`), "other": json.RawMessage("1")}); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, dir, Options{idle: true})
	if got := s.Notes("", "function/").text(); got != `{"function/F":{"a":1}}` {
		t.Error(got)
	}
	s.Close()
	path := filepath.Join(dir, notesName)
	for _, file := range []string{path, path + copyEnd} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		data[5] ^= 1
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s = open(t, dir, Options{idle: true})
	if d := s.Damage(); len(d) != 1 || !strings.Contains(d[0].Error(), "notes.json.damaged") {
		t.Error(d)
	}
	if _, err := os.Stat(path + damagedEnd); err != nil {
		t.Error(err)
	}
}

// What segments know of a column that was dropped says nothing of the one that has
// its name now.
func TestADroppedColumnExcludesNothing(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true})
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 0, 2000)}})
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	for _, columns := range [][]string{{"N:long"}, {"N:long", "User:string", "TimeGenerated:datetime"}} {
		if err := s.Alter("Events", to(columns...), nil); err != nil {
			t.Fatal(err)
		}
	}
	mustAppend(t, s, Batch{Rows: []Rows{rowsOf("Events", 2000, 2003)}})
	if err := s.Refill("Other", Refilling{}); err == nil {
		t.Error("a table that is not there was refilled")
	}
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	src, _ := s.Snapshot().Table("Events")
	user := src.Schema().Index("User")
	for _, c := range []struct {
		hint plan.Hint
		want int // rows that may fulfil it, at least
	}{
		{plan.Hint{Column: user, Op: plan.HintIn, Values: column.NewVec(types.String, []string{""}, nil)}, 2000},
		{plan.Hint{Column: user, Op: plan.HintIn, Values: column.NewVec(types.String, []string{"cleo"}, nil)}, 1},
		{plan.Hint{Column: user, Op: plan.HintHas, Values: column.NewVec(types.String, []string{"cleo"}, nil)}, 1},
	} {
		got, err := numbers(s.Snapshot(), "Events", c.hint)
		if err != nil || len(got) < c.want || c.want == 1 && !slices.Contains(got, 2000) {
			t.Errorf("%v finds %d rows (%v)", c.hint.Op, len(got), err)
		}
	}
}
