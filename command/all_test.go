package command_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/store"
)

// Commands that are run together do what they do one by one, and stop where one fails.
func TestRunAll(t *testing.T) {
	b := newBench(t)
	texts := []string{
		".create table A (x: long) with (folder='one')",
		".create-merge table A (y: string)",
		".create table A (z: real)",
		".create tables B (x: long), C (x: long)",
		".drop table B",
		".create table B (y: string)",
		".create table ['a\u0007'] (x: long)",
		".create table D (x: long)",
	}
	var all []*command.Statement
	for _, text := range texts {
		st, err := b.runner.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, st)
	}
	var rows []int
	var failed error
	err := b.runner.RunAll(context.Background(), all, &command.Session{Admin: true}, func(i int, tables []kql.Table, err error) error {
		if err != nil {
			failed = err
			return errors.New(texts[i])
		}
		rows = append(rows, tables[0].Rows())
		return nil
	})
	if err == nil || err.Error() != texts[6] || failed == nil {
		t.Errorf("%v: %v", err, failed)
	}
	if got := fmt.Sprint(rows); got != "[1 1 1 2 2 1]" {
		t.Errorf("the commands answered with %s rows", got)
	}
	for table, want := range map[string]string{"A": "x y", "B": "y", "C": "x"} {
		s, _ := b.store.Schema(table)
		var names []string
		for _, c := range s.Columns {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s has the columns %s, want %s", table, got, want)
		}
	}
	if n := b.store.Notes("A", "folder")["folder"]; string(n) != `"one"` {
		t.Errorf("the folder of A is %s", n)
	}
	if _, ok := b.store.Schema("D"); ok {
		t.Error("what follows the failed command was run")
	}
}

// Tables of neighbours are made in one step: the file of the store that has their
// numbers is written once for all of them.
func TestRunAllMakesTablesAtOnce(t *testing.T) {
	b := newBench(t)
	dir := t.TempDir()
	s, err := store.Open(dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := command.New(command.Options{Store: s, Engine: b.engine, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	var all []*command.Statement
	for i := range 20 {
		st, err := r.Parse(fmt.Sprintf(".create table T%d (x: long)", i))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, st)
	}
	root := filepath.Join(dir, "store.json")
	var last os.FileInfo
	err = r.RunAll(context.Background(), all, &command.Session{Admin: true}, func(i int, _ []kql.Table, err error) error {
		if err != nil {
			return err
		}
		now, err := os.Stat(root)
		if i > 0 && err == nil && !os.SameFile(last, now) {
			return fmt.Errorf("%s was written for command %d", root, i)
		}
		last = now
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
