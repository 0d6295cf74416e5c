package store

import (
	"fmt"
	"slices"
	"testing"
)

// Where rows in memory are too many, the tables that have most of them are sealed, and
// not all the others with them.
func TestLargeTablesAreSealedFirst(t *testing.T) {
	s := open(t, t.TempDir(), Options{idle: true, HotBytes: 1 << 20})
	for i := range 20 {
		mustAppend(t, s, Batch{Rows: []Rows{rowsOf(fmt.Sprintf("Small%02d", i), 0, 1)}})
	}
	for i := range 3 {
		for s.hot < int64(i+1)<<18 {
			mustAppend(t, s, Batch{Rows: []Rows{rowsOf(fmt.Sprintf("Large%d", i), 0, 1000)}})
		}
	}
	var names []string
	for _, x := range s.due() {
		names = append(names, x.name())
	}
	slices.Sort(names)
	if got := fmt.Sprint(names); got != "[Large0 Large1]" && got != "[Large0 Large1 Large2]" {
		t.Errorf("%s are sealed, want large tables", got)
	}
	if err := s.sealDue(); err != nil {
		t.Fatal(err)
	}
	if s.hot > 1<<19 {
		t.Errorf("%d bytes are in memory", s.hot)
	}
	if due := s.due(); len(due) > 0 {
		t.Errorf("%d more tables are due", len(due))
	}
}

// Many tables are sealed at the same time, and each has its rows.
func TestManyTablesAreSealed(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	for k := range 2 {
		var b Batch
		for i := range 50 {
			b.Rows = append(b.Rows, rowsOf(fmt.Sprintf("T%d", i), 10*k, 10*k+10))
		}
		mustAppend(t, s, b)
		rotate(t, s)
		if err := s.Seal(); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	s = open(t, dir, Options{idle: true})
	if d := s.Damage(); len(d) > 0 || s.hot > 0 {
		t.Errorf("%d bytes are in memory, damaged: %v", s.hot, d)
	}
	for i := range 50 {
		wantNumbers(t, s, fmt.Sprintf("T%d", i), 0, 20)
	}
}
