package incident_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/internal/postgres"
)

// both are tests that hold over each kind of database.
var both = map[string]func(*testing.T, string){"concurrent": concurrent, "again": again, "pages": pages, "similar": similar}

func TestSQLite(t *testing.T) {
	for name, test := range both {
		t.Run(name, func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "state.db")) })
	}
}

func TestPostgreSQL(t *testing.T) {
	s := postgres.Start(t)
	for name, test := range both {
		t.Run(name, func(t *testing.T) { test(t, s.URL()) })
	}
	t.Run("nodes", func(t *testing.T) { nodes(t, s.URL()) })
	t.Run("a server that goes away", func(t *testing.T) { goesAway(t, s) })
}

// concurrent adds the alerts of rules at once, each twice, while someone edits: each
// alert is in one incident, and numbers have no gaps.
func concurrent(t *testing.T, source string) {
	w := newWorld(t, source)
	w.c = grouping(t, []string{"AnyAlert", "reopen"})
	const rules, windows = 4, 6
	var wg sync.WaitGroup
	for r := range rules {
		var runs [][][]byte
		for m := range windows {
			runs = append(runs, w.alertRows(day.Add(time.Duration(m)*2*time.Hour), []string{"risk", "Low", fmt.Sprintf("rule=r%d", r), "times=2"}))
		}
		wg.Go(func() {
			for m, rows := range runs {
				for range 2 {
					if err := w.store.Add(context.Background(), day.Add(time.Duration(m)*2*time.Hour), w.c, rows); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Go(func() {
		for n := range int64(20) {
			_, err := w.store.Update(n%4+1, incident.Edit{Comment: fmt.Sprint(n)}, incident.User("eve"))
			var none *incident.NotFound
			if err != nil && !errors.As(err, &none) {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	seen := map[string]int64{}
	all := w.all()
	if len(all) != rules*2 { // a rule's windows at 0, 2 and 4 hours, and at 6, 8 and 10
		t.Errorf("there are %d incidents, want %d", len(all), rules*2)
	}
	for n, i := range all {
		if i.Number != int64(n+1) || len(i.Alerts) != 6 || len(i.Rules) != 1 {
			t.Errorf("incident %d has number %d, alerts %v, rules %v", n+1, i.Number, i.Alerts, i.Rules)
		}
		for _, a := range i.Alerts {
			if seen[a] != 0 {
				t.Errorf("alert %s is in %d and %d", a, seen[a], i.Number)
			}
			seen[a] = i.Number
		}
		changes, err := w.store.Timeline(i.Number)
		if err != nil || int64(len(changes)) != i.Version {
			t.Errorf("incident %d has %d changes, and version %d, %v", i.Number, len(changes), i.Version, err)
		}
	}
	if rows := strings.Count(w.rows(), "\n"); rows != versions(all) {
		t.Errorf("%d rows are delivered of %d changes", rows, versions(all))
	}
}

func versions(all []*incident.Incident) (n int) {
	for _, i := range all {
		n += int(i.Version)
	}
	return n
}

// loses is a sink of which answers are lost.
type loses struct {
	rowSink
	n int
}

func (l *loses) Deliver(ctx context.Context, id, table string, records [][]byte) error {
	if err := l.rowSink.Deliver(ctx, id, table, records); err != nil {
		return err
	}
	if l.n++; l.n%2 == 1 {
		return errors.New("the answer is lost")
	}
	return nil
}

// again opens the database anew after each step, with a sink whose answers are lost.
func again(t *testing.T, source string) {
	w := newWorld(t, source)
	w.run(`grouping AnyAlert
12:00 risk Low times=3
edit 1 {"comment": "one"}
12:05 risk High
status a1 Resolved`)
	sink := &loses{rowSink: rowSink{}}
	for lost := 0; ; lost++ {
		if lost > 20 {
			t.Fatal("it does not come to an end")
		}
		w = newWorld(t, source)
		w.now = day.Add(12 * time.Hour)
		if _, err := w.store.Deliver(context.Background(), sink); err == nil {
			break
		}
	}
	if len(sink.rowSink["SecurityIncident"]) != 3 || len(sink.rowSink["SecurityAlert"]) != 1 {
		t.Errorf("delivered are %d incidents, %d alerts, want 3 and 1", len(sink.rowSink["SecurityIncident"]), len(sink.rowSink["SecurityAlert"]))
	}
}

func pages(t *testing.T, source string) {
	w := newWorld(t, source)
	w.run(`12:00 risk Low times=3
12:05 other High rule=s times=4
edit 2 {"status": "Active", "owner": {"email": "Ada_1@contoso.com"}, "addLabels": ["VIP 100%"]}
edit 7 {"status": "Closed", "classification": "Undetermined", "owner": {"assignedTo": "Ada"}}`)
	numbers := func(f incident.Filter) string {
		all, err := w.store.Incidents(f)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, i := range all {
			out = append(out, fmt.Sprint(i.Number))
		}
		return strings.Join(out, " ")
	}
	for _, c := range []struct {
		f    incident.Filter
		want string
	}{
		{incident.Filter{Limit: 2}, "7 6"},
		{incident.Filter{Limit: 2, Before: 6}, "5 4"},
		{incident.Filter{Statuses: []incident.Status{incident.Active, incident.Closed}}, "7 2"},
		{incident.Filter{Severities: []detect.Severity{"Low"}}, "3 2 1"},
		{incident.Filter{Owner: "ada_1@CONTOSO.com"}, "2"},
		{incident.Filter{Owner: "ada"}, "7"},
		{incident.Filter{Owner: "adax1@contoso.com"}, ""},
		{incident.Filter{Owner: "none", Rule: "r"}, "3 1"},
		{incident.Filter{Label: "vip 100%"}, "2"},
		{incident.Filter{Label: "vip"}, ""},
		{incident.Filter{Rule: "Rule s"}, "7 6 5 4"},
		{incident.Filter{Created: day.Add(12*time.Hour + 6*time.Minute)}, "7 6 5 4"},
		{incident.Filter{Modified: day.Add(12*time.Hour + 11*time.Minute)}, "7 2"},
	} {
		if got := numbers(c.f); got != c.want {
			t.Errorf("%+v: %s, want %s", c.f, got, c.want)
		}
	}
	var got []string
	for f := (incident.AlertFilter{Limit: 3}); ; {
		alerts, next, err := w.store.Alerts(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range alerts {
			got = append(got, a.ID)
		}
		if f.After = next; next == "" {
			break
		}
	}
	if want := strings.Fields("a4 a5 a6 a7 a1 a2 a3"); !slices.Equal(got, want) {
		t.Errorf("alerts are %v, want %v", got, want)
	}
	alerts, _, err := w.store.Alerts(incident.AlertFilter{Incident: 5})
	if err != nil || len(alerts) != 1 || alerts[0].ID != "a5" || alerts[0].RuleName != "Rule s" || !alerts[0].Time.Equal(day.Add(12*time.Hour+5*time.Minute)) {
		t.Errorf("the alerts of 5 are %+v, %v", alerts, err)
	}
	if _, _, err := w.store.Alerts(incident.AlertFilter{After: "x"}); err == nil {
		t.Error("a wrong place in the list is taken")
	}
}

func TestConflict(t *testing.T) {
	w := newWorld(t, filepath.Join(t.TempDir(), "state.db"))
	w.run("12:00 risk Low")
	i, err := w.store.Incident(1)
	if err != nil {
		t.Fatal(err)
	}
	e := incident.Edit{Version: i.Version, Comment: "mine"}
	if i, err = w.store.Update(1, e, incident.User("eve")); err != nil || i.Version != 2 {
		t.Fatal(i, err)
	}
	var conflict *incident.Conflict
	if _, err = w.store.Update(1, e, incident.User("ada")); !errors.As(err, &conflict) || err.Error() != `incident 1 has changed meanwhile, by "eve": it has version 2, and not 1` {
		t.Error(err)
	}
}

// similar finds incidents by their entities, also after more were added.
func similar(t *testing.T, source string) {
	w := newWorld(t, source)
	w.run(`12:00 risk Low account=ada ip=10.0.0.1
12:00 other Low account=Ada ip=10.0.0.2
12:00 third Low account=bob ip=10.0.0.2
12:00 fourth Low
grouping AnyAlert
12:05 grouped Low rule=s account=cy
12:10 grouped Low rule=s account=dan ip=10.0.0.1
edit 3 {"status": "Closed", "classification": "Undetermined"}`)
	for entity, want := range map[string]string{"ADA": "2 1", "10.0.0.2": "3 2", "10.0.0.1": "5 1", "dan": "5", "ad": "", "10.0.0.%": ""} {
		all, err := w.store.Incidents(incident.Filter{Entity: entity})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, i := range all {
			got = append(got, fmt.Sprint(i.Number))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("with %s are %v, want %s", entity, got, want)
		}
	}
	for number, want := range map[int64]string{
		1: "[{5 grouped New 1} {2 other New 1}]", 2: "[{3 third Closed 1} {1 risk New 1}]", 4: "[]",
	} {
		got, err := w.store.Similar(number, 5)
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("similar to %d are %v, %v, want %s", number, got, err, want)
		}
	}
	if got, err := w.store.Similar(1, 1); err != nil || len(got) != 1 {
		t.Errorf("similar to 1 is %v, %v, want one", got, err)
	}
	w.now = w.now.Add(time.Hour)
	if n, err := w.store.Forget(context.Background(), w.now); n != 1 || err != nil {
		t.Errorf("%d are forgotten, %v", n, err)
	}
	if got, err := w.store.Similar(2, 5); err != nil || fmt.Sprint(got) != "[{1 risk New 1}]" {
		t.Errorf("after one is forgotten, similar to 2 are %v, %v", got, err)
	}
}
