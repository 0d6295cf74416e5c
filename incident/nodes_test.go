package incident_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/internal/postgres"
)

// nodes lets two nodes share a database: both add and deliver at once, and each row is
// delivered by one of them.
func nodes(t *testing.T, source string) {
	node := func(name string) *world {
		return newWorld(t, source, func(o *incident.Options) { o.Node = name })
	}
	a, b := node("a"), node("b")
	const runs = 10
	var wg sync.WaitGroup
	for _, w := range []*world{a, b} {
		var all [][][]byte
		for range runs {
			all = append(all, a.alertRows(day, []string{"risk", "Low", "times=2"}))
		}
		wg.Go(func() {
			for _, rows := range all {
				if err := w.store.Add(context.Background(), day, a.c, rows); err != nil {
					t.Error(err)
				}
				if _, err := w.store.Deliver(context.Background(), w.sink); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	a.rows() // what is left
	if n := len(a.sink["SecurityIncident"]) + len(b.sink["SecurityIncident"]); n != 2*2*runs {
		t.Errorf("%d rows are delivered, want %d", n, 2*2*runs)
	}
	for _, id := range a.sink["ids"] {
		if slices.Contains(b.sink["ids"], id) {
			t.Errorf("both have delivered %s", id)
		}
	}

	// What a node was about to deliver when it died, another delivers after a while.
	a.run("12:00 risk Low")
	dying := failing{errors.New("it dies")}
	if _, err := a.store.Deliver(context.Background(), dying); !errors.Is(err, dying.err) {
		t.Fatal(err)
	}
	b.now = a.now.Add(time.Minute)
	if n, err := b.store.Deliver(context.Background(), b.sink); n != 0 || err != nil {
		t.Errorf("another node delivers %d at once, %v", n, err)
	}
	b.now = a.now.Add(3 * time.Minute)
	if n, err := b.store.Deliver(context.Background(), b.sink); n != 1 || err != nil {
		t.Errorf("another node delivers %d later, %v", n, err)
	}
}

type failing struct{ err error }

func (f failing) Deliver(context.Context, string, string, [][]byte) error { return f.err }

// goesAway stops the server between changes: they fail with an error that says so, and
// are made when it is there again.
func goesAway(t *testing.T, s *postgres.Server) {
	w := newWorld(t, s.URL())
	w.run("12:00 risk Low")
	s.Stop()
	rows := w.alertRows(day, []string{"risk", "Low"})
	if err := w.store.Add(context.Background(), day, w.c, rows); !errors.Is(err, database.ErrAway) {
		t.Errorf("without the server, Add ends with %v", err)
	}
	if _, err := w.store.Update(1, incident.Edit{Comment: "x"}, incident.User("eve")); !errors.Is(err, database.ErrAway) {
		t.Errorf("without the server, Update ends with %v", err)
	}
	s.Resume()
	for try := 0; ; try++ {
		err := w.store.Add(context.Background(), day, w.c, rows)
		if err == nil {
			break
		}
		if try > 10 {
			t.Fatal(err)
		}
	}
	if got := fmt.Sprint(len(w.all())); got != "2" {
		t.Errorf("there are %s incidents, want 2", got)
	}
}
