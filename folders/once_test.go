package folders_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/calypso-kql/calypso/folders"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/store"
)

func TestOnce(t *testing.T) {
	s := newSetup(t)
	st, err := store.Open(s.storeAt, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s.store, s.intake = st, newIntake(st)
	once := func(want folders.Result) {
		t.Helper()
		got, err := folders.Once(context.Background(), s.options(), nil)
		if err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
	}
	s.write("a.jsonl", linesOf(1, 3)+`{"n":4}`)
	s.write("copy.jsonl", linesOf(1, 3)+`{"n":4}`)
	s.write("list.json", `[{"n":5}]`)
	s.write("torn.parquet", "PAR1 and nothing else PAR1")
	once(folders.Result{Files: 4, Known: 1, Broken: 1})
	once(folders.Result{Files: 4, Known: 3, Broken: 1})
	s.add("a.jsonl", "\n"+line(6))
	once(folders.Result{Files: 4, Known: 2, Broken: 1})
	s.want("all", numbers(1, 6)...)
}

// A large file is read by all cores, as one batch, and continued.
func TestOnceLarge(t *testing.T) {
	s := newSetup(t)
	st, err := store.Open(s.storeAt, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	s.store, s.intake, s.table = st, newIntake(st), "T"
	padded := func(from, to int) string {
		return strings.ReplaceAll(linesOf(from, to), "some length", strings.Repeat("some length ", 100))
	}
	n := 8000
	s.write("a.jsonl", "\ufeff"+padded(1, n/2)+"noise\n"+padded(n/2+1, n)+`{"n":0}`)
	var problems []string
	o := s.options()
	var mu sync.Mutex
	o.Problem = func(p ingest.Problem) {
		mu.Lock()
		defer mu.Unlock()
		problems = append(problems, p.String())
	}
	for i, more := range []string{"", "", "\n" + padded(n+1, 2*n)} {
		s.add("a.jsonl", more)
		if res, err := folders.Once(context.Background(), o, nil); err != nil || res.Broken > 0 || res.Known != i%2 {
			t.Errorf("%+v, %v", res, err)
		}
	}
	s.want("all", numbers(0, 2*n)...)
	if len(problems) != 1 || !strings.HasPrefix(problems[0], s.path("a.jsonl")+":4001: ") {
		t.Error(problems)
	}
}
