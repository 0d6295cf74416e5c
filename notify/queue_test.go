package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/internal/postgres"
)

// both are tests that hold over each kind of database.
func both() map[string]func(*testing.T, string) {
	return map[string]func(*testing.T, string){"retries": retries, "dead letters": deadLetters, "rolled back": rolledBack, "storm": storm, "digests": digests, "nodes": nodes, "another configuration": otherConfiguration}
}

func TestSQLite(t *testing.T) {
	for name, test := range both() {
		t.Run(name, func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "db")) })
	}
}

func TestPostgreSQL(t *testing.T) {
	s := postgres.Start(t)
	for name, test := range both() {
		t.Run(name, func(t *testing.T) { test(t, s.URL()) })
	}
}

// What fails is tried again, under the same ID, and nothing of the same subject is
// sent before it.
func retries(t *testing.T, source string) {
	var fail atomic.Bool
	fail.Store(true)
	s, ca, requests := server(t, func(w http.ResponseWriter, _ *http.Request) {
		if fail.Load() {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	var c clock
	q := newQueue(t, source, c.now, hook("a", ca, s))
	tell(t, q, event("x", 1), event("x", 2), event("y", 1))
	tell(t, q, event("x", 1)) // it is told already
	drain(t, q)
	fail.Store(false)
	for range 3 {
		c.advance(2 * time.Minute)
		drain(t, q)
	}
	events, messages := ids(t, requests())
	var ofX, first []string
	for i, e := range events {
		if strings.HasPrefix(e, "x") {
			ofX = append(ofX, e)
		}
		if e == "x/1" {
			first = append(first, messages[i])
		}
	}
	if len(ofX) != 3 || ofX[0] != "x/1" || ofX[1] != "x/1" || ofX[2] != "x/2" || first[0] != first[1] {
		t.Errorf("sent were %v as %v", events, messages)
	}
	states(t, q, Sent, Sent, Sent)
	tell(t, q, event("x", 1)) // it was told
	drain(t, q)
	states(t, q, Sent, Sent, Sent)
}

// What a channel asks for is heeded, for all its messages.
func TestRetryAfter(t *testing.T) {
	s, ca, requests := server(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	var c clock
	ch := hook("a", ca, s)
	ch.Concurrency = 1
	q := newQueue(t, filepath.Join(t.TempDir(), "db"), c.now, ch)
	d := q.newDispatcher(q.channels["a"])
	tell(t, q, event("x", 1))
	for i, step := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {30 * time.Minute, 1}, {31 * time.Minute, 2}} {
		c.advance(step.after)
		tell(t, q, event("y", i))
		if err := d.drain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(requests()); n != step.want {
			t.Errorf("after %s: %d requests, want %d", step.after, n, step.want)
		}
	}
}

// What is refused, or not taken for too long, is a dead letter until someone has it
// sent again.
func deadLetters(t *testing.T, source string) {
	var status atomic.Int64
	status.Store(http.StatusBadRequest)
	s, ca, requests := server(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) })
	var c clock
	q := newQueue(t, source, c.now, hook("a", ca, s))
	tell(t, q, event("x", 1))
	drain(t, q)
	all := states(t, q, Dead)
	if !strings.Contains(all[0].Error, "400 Bad Request") {
		t.Errorf("it died of %q", all[0].Error)
	}
	status.Store(http.StatusServiceUnavailable)
	tell(t, q, event("y", 1))
	drain(t, q)
	states(t, q, Dead, Waiting)
	c.advance(25 * time.Hour)
	drain(t, q)
	states(t, q, Dead, Dead)
	counts, err := q.Counts()
	if err != nil || !slices.Contains(counts, Count{"a", Dead, 2}) || !slices.Contains(counts, Count{"a", Waiting, 0}) {
		t.Errorf("counts are %v, %v", counts, err)
	}
	status.Store(http.StatusOK)
	if n, err := Retry(q.o.DB, Filter{IDs: []string{all[0].ID}}, c.now()); n != 1 || err != nil {
		t.Errorf("%d are tried again, %v", n, err)
	}
	drain(t, q)
	states(t, q, Sent, Dead)
	if _, messages := ids(t, requests()); messages[0] != messages[len(messages)-1] {
		t.Errorf("the IDs are %v", messages)
	}
}

// What is not committed is not told.
func rolledBack(t *testing.T, source string) {
	s, ca, requests := server(t, func(http.ResponseWriter, *http.Request) {})
	var c clock
	q := newQueue(t, source, c.now, hook("a", ca, s))
	no := errors.New("no")
	if err := q.o.DB.Within(func(tx *database.Tx) error { return errors.Join(q.Tell(tx, event("x", 1)), no) }); !errors.Is(err, no) {
		t.Fatal(err)
	}
	drain(t, q)
	if n := len(requests()); n > 0 {
		t.Errorf("%d requests came", n)
	}
}

// A channel that hangs, and one that always fails, delay no other.
func TestChannelsDoNotWaitForEachOther(t *testing.T) {
	release := make(chan bool)
	slow, slowCA, _ := server(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	broken, brokenCA, _ := server(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	got := make(chan bool, 20)
	good, goodCA, _ := server(t, func(http.ResponseWriter, *http.Request) { got <- true })
	q := newQueue(t, filepath.Join(t.TempDir(), "db"), time.Now, hook("slow", slowCA, slow), hook("broken", brokenCA, broken), hook("good", goodCA, good))
	for i := range 20 {
		tell(t, q, event(fmt.Sprint("x", i), 1))
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan bool)
	go func() {
		q.Run(ctx)
		close(ended)
	}()
	for i := range 20 {
		select {
		case <-got:
		case <-time.After(20 * time.Second):
			t.Fatalf("%d messages came", i)
		}
	}
	close(release)
	cancel()
	<-ended
}

// A drain that is ended waits for what is being sent, whose outcome is noted.
func TestDrainThatIsEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, ca, _ := server(t, func(http.ResponseWriter, *http.Request) {
		cancel()
		time.Sleep(50 * time.Millisecond)
	})
	q := newQueue(t, filepath.Join(t.TempDir(), "db"), time.Now, hook("a", ca, s))
	tell(t, q, event("x", 1), event("y", 1))
	if err := q.Drain(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	states(t, q, Sent, Sent)
}

func TestRoutes(t *testing.T) {
	r := routes{
		{Events: []config.EventType{config.IncidentCreated}, Severities: []string{"High"}, Channels: []string{"high"}},
		{Rules: []string{"suspicious*"}, Channels: []string{"rule"}},
		{Tags: []string{"VIP"}, Channels: []string{"vip", "high"}},
		{Events: []config.EventType{config.RuleFailing, config.AlertRaised}, Severities: []string{"Low"}, Channels: []string{"ops"}},
	}
	rules := []Rule{{"id", "Suspicious sign-ins/API"}}
	for _, c := range []struct {
		e    Event
		want string
	}{
		{Event{Type: config.IncidentCreated, Severity: "High"}, "high"},
		{Event{Type: config.IncidentCreated, Severity: "Low"}, ""},
		{Event{Type: config.IncidentUpdated, Severity: "High", Rules: rules, Tags: []string{"vip"}}, "rule vip high"},
		{Event{Type: config.IncidentCreated, Severity: "High", Tags: []string{"vip"}}, "high vip"},
		{Event{Type: config.RuleFailing, Rules: rules}, "rule ops"},
		{Event{Type: config.RuleKept}, ""},
		{Event{Type: config.AlertRaised, Severity: "Low"}, "ops"},
		{Event{Type: config.AlertRaised, Severity: "High"}, ""},
	} {
		if got := strings.Join(r.channels(&c.e), " "); got != c.want {
			t.Errorf("%+v goes to %q, want %q", c.e, got, c.want)
		}
	}
}
