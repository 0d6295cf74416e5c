package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/internal/postgres"
	"github.com/calypso-kql/calypso/ledger"
)

// TestNodes lets two nodes share the rules in a database that goes away for a while,
// and one of them die with rules that it has: each window is evaluated, each event
// raises one alert.
func TestNodes(t *testing.T) {
	server := postgres.Start(t)
	url := server.URL()
	var rules []*detect.Rule
	for i := range 4 {
		rules = append(rules, newRule(func(r *detect.Rule) { r.ID = fmt.Sprintf("rule-%d", i) }))
	}
	x := open(t, t.TempDir(), rules...)
	var nodes []*ledger.Ledger
	for _, name := range []string{"a", "b", "c"} {
		db, err := database.Open(url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		l, err := ledger.New(db, name)
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, l)
	}
	var lines []string
	for i := range 8 {
		x.events(10+i, noon.Add(time.Duration(i)*5*time.Minute+time.Minute))
		lines = append(lines, fmt.Sprintf("Event e%d 4", 10+i))
	}
	for m := range 60 {
		x.set(noon.Add(time.Duration(m) * time.Minute))
		switch m {
		case 12:
			// c takes a rule and is never heard of again.
			if got, err := nodes[2].Lease("rule-1", x.clock(), x.clock().Add(time.Minute)); err != nil || !got {
				t.Fatal(got, err)
			}
		case 20:
			server.Stop()
		case 26:
			server.Resume()
		}
		var wg sync.WaitGroup
		var errs [2]error
		for i, l := range nodes[:2] {
			s := x.schedulerOf(l)
			wg.Go(func() { errs[i] = s.Drain(context.Background()) })
		}
		wg.Wait()
		away := m >= 20 && m < 26
		for _, err := range errs {
			// The first use of a connection finds that it is gone.
			if err != nil && !errors.Is(err, database.ErrAway) || away && err == nil {
				t.Errorf("minute %d, the database is away: %v; it ends with %v", m, away, err)
			}
		}
	}
	x.set(noon.Add(70 * time.Minute))
	if err := x.schedulerOf(nodes[0]).Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
	want(t, "alerts", x.ask(alerts), lines...)
	runs, err := nodes[0].Runs(ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	var by []string
	for _, r := range runs {
		if r.State != ledger.Done {
			t.Errorf("a window is left: %+v", r)
		}
		by = append(by, r.Node)
	}
	if len(runs) != 4*15 || !slices.Contains(by, "a") || !slices.Contains(by, "b") {
		t.Errorf("%d windows, by %v", len(runs), by)
	}
}
