package store

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Many tables are made in one step: the store's own file is written once, and what is
// made is there, with its notes, when the store is opened again.
func TestCreateAll(t *testing.T) {
	dir := t.TempDir()
	var mu sync.Mutex
	steps := map[string]int{}
	s := open(t, dir, Options{idle: true, step: func(step string) {
		mu.Lock()
		defer mu.Unlock()
		steps[step]++
	}})
	var many []NewTable
	for i := range 100 {
		many = append(many, NewTable{Name: fmt.Sprintf("T%d", i), Schema: eventSchema, Notes: Notes{"n": []byte("1")}})
	}
	many = append(many, many[3])
	if err := s.CreateAll(many); err != nil {
		t.Fatal(err)
	}
	if n := steps["write "+rootName]; n != 2 { // when it was opened, and now
		t.Errorf("%s was written %d times", rootName, n)
	}
	var in Batch
	for i := range 100 {
		in.Rows = append(in.Rows, rowsOf(fmt.Sprintf("U%d", i), 0, 1))
	}
	mustAppend(t, s, in)
	if n := steps["write "+rootName]; n != 3 {
		t.Errorf("%s was written %d times", rootName, n)
	}
	s.Close()
	s = open(t, dir, Options{idle: true})
	defer s.Close()
	if n, d := len(s.Snapshot().Names()), s.Damage(); n != 200 || len(d) > 0 {
		t.Errorf("%d tables, damaged: %v", n, d)
	}
	if n := s.Notes("T99", ""); string(n["n"]) != "1" {
		t.Errorf("notes are %v", n)
	}
}

// Of tables that can't all be made none is, and what is in the way is not touched.
func TestCreateAllOrNone(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir, Options{idle: true})
	there := filepath.Join(dir, tablesFolder, "B", "mine")
	if err := os.MkdirAll(filepath.Dir(there), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(there, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.CreateAll([]NewTable{{Name: "A"}, {Name: "B"}, {Name: "C"}}); err == nil {
		t.Error("B was made where something else is")
	}
	if names := s.Snapshot().Names(); len(names) > 0 {
		t.Errorf("%v are there", names)
	}
	if _, err := os.Stat(there); err != nil {
		t.Error(err)
	}
	if err := s.CreateAll([]NewTable{{Name: "A"}, {Name: ""}}); err == nil || len(s.Snapshot().Names()) > 0 {
		t.Errorf("error is %v, tables %v", err, s.Snapshot().Names())
	}
	if err := s.CreateAll([]NewTable{{Name: "A"}, {Name: "C"}}); err != nil {
		t.Error(err)
	}
	s.Close()
	if s = open(t, dir, Options{idle: true}); len(s.Snapshot().Names()) != 2 {
		t.Errorf("%v are there", s.Snapshot().Names())
	}
	s.Close()
}
