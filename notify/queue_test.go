package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/internal/postgres"
)

// A clock is set by the test.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// hook is a webhook at a server.
func hook(name, ca string, s *httptest.Server) config.Channel {
	return config.Channel{Name: name, Webhook: config.Webhook{URL: s.URL}, TLS: config.ChannelTLS{CA: ca}}
}

// newQueue opens a queue of channels that all events go to.
func newQueue(t *testing.T, path string, now func() time.Time, channels ...config.Channel) *Queue {
	t.Helper()
	db, err := database.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	c := config.Notifications{GiveUp: 24 * time.Hour, Channels: channels}
	var names []string
	for _, ch := range channels {
		names = append(names, ch.Name)
	}
	c.Routes = []config.Route{{Channels: names}}
	q, err := New(Options{DB: db, Config: c, Now: now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func tell(t *testing.T, q *Queue, events ...Event) {
	t.Helper()
	if err := q.o.DB.Within(func(tx *database.Tx) error { return q.Tell(tx, events...) }); err != nil {
		t.Fatal(err)
	}
}

func event(subject string, n int) Event {
	return Event{ID: fmt.Sprintf("%s/%d", subject, n), Type: config.IncidentUpdated, Subject: subject, Title: subject, Severity: "Low", Time: time.Unix(int64(n), 0)}
}

func drain(t *testing.T, q *Queue) {
	t.Helper()
	if err := q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// ids returns the events and message IDs of requests, in their order.
func ids(t *testing.T, all []request) (events, messages []string) {
	t.Helper()
	for _, r := range all {
		var p hookPayload
		if err := json.Unmarshal(r.body, &p); err != nil {
			t.Fatal(err)
		}
		events, messages = append(events, p.Data.ID), append(messages, r.header.Get("webhook-id"))
	}
	return events, messages
}

func states(t *testing.T, q *Queue, want ...State) []Entry {
	t.Helper()
	all, err := List(q.o.DB, Filter{})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(all)
	var have []State
	for _, e := range all {
		have = append(have, e.State)
	}
	if !slices.Equal(have, want) {
		t.Errorf("messages are %v, want %v: %+v", have, want, all)
	}
	return all
}

// both are tests that hold over each kind of database.
func both() map[string]func(*testing.T, string) {
	return map[string]func(*testing.T, string){"retries": retries, "dead letters": deadLetters, "rolled back": rolledBack, "storm": storm, "digests": digests, "nodes": nodes}
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

// nodes that share a database share the work: no message is sent by two of them.
func nodes(t *testing.T, source string) {
	s, ca, requests := server(t, func(http.ResponseWriter, *http.Request) {})
	const many = 40
	var all []*Queue
	for range 3 {
		all = append(all, newQueue(t, source, time.Now, hook("a", ca, s)))
	}
	for i := range many {
		tell(t, all[i%3], event(fmt.Sprint("x", i), 1))
	}
	var wg sync.WaitGroup
	for _, q := range all {
		wg.Go(func() {
			if err := q.Drain(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	events, _ := ids(t, requests())
	slices.Sort(events)
	if len(events) != many || len(slices.Compact(events)) != many {
		t.Errorf("%d messages came, want %d: %v", len(events), many, events)
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

// A storm is told in as many messages as the limit has, and the last says how many
// more there were; the most severe are told by themselves.
func storm(t *testing.T, source string) {
	s, ca, requests := server(t, func(http.ResponseWriter, *http.Request) {})
	var c clock
	ch := hook("a", ca, s)
	ch.Limit = config.Limit{Messages: 5, Within: 10 * time.Minute}
	q := newQueue(t, source, c.now, ch)
	const many = 1000
	var events []Event
	for i := range many {
		e := event(fmt.Sprint("x", i), 1)
		e.Type = config.AlertRaised
		if i == many/2 {
			e.Severity = "High"
		}
		events = append(events, e)
	}
	tell(t, q, events...)
	drain(t, q)
	c.advance(time.Minute)
	drain(t, q)
	all := requests()
	if len(all) != 5 {
		t.Fatalf("%d messages came, want 5", len(all))
	}
	told, _ := ids(t, all)
	if !slices.Contains(told, fmt.Sprint("x", many/2, "/1")) {
		t.Errorf("the most severe is not told by itself: %v", told)
	}
	var last hookPayload
	if err := json.Unmarshal(all[4].body, &last); err != nil {
		t.Fatal(err)
	}
	f := last.Data.Folded
	if last.Type != Digest || f == nil || f.Count != many-4 || f.Types["alert.raised"] != many-4 || f.Severities["Low"] != many-4 || len(f.First) != maxFirst {
		t.Errorf("the last is %s", all[4].body)
	}
	folded, err := List(q.o.DB, Filter{States: []State{IsFolded}})
	if err != nil || len(folded) != many-4 || folded[0].Digest != all[4].header.Get("webhook-id") {
		t.Errorf("%d are folded, %v", len(folded), err)
	}
	// The next waits for a free place, and has it.
	tell(t, q, event("later", 1))
	c.advance(5 * time.Minute)
	drain(t, q)
	if n := len(requests()); n != 5 {
		t.Errorf("%d messages came within the limit's time", n)
	}
	c.advance(5 * time.Minute)
	drain(t, q)
	if told, _ := ids(t, requests()); told[len(told)-1] != "later/1" {
		t.Errorf("came: %v", told)
	}
}

// A digest has all events of its time; one alone is told by itself.
func digests(t *testing.T, source string) {
	s, ca, requests := server(t, func(http.ResponseWriter, *http.Request) {})
	var c clock
	ch := hook("a", ca, s)
	ch.Digest = 15 * time.Minute
	q := newQueue(t, source, c.now, ch)
	tell(t, q, event("x", 1))
	c.advance(16 * time.Minute)
	drain(t, q)
	tell(t, q, event("x", 2))
	c.advance(10 * time.Minute)
	tell(t, q, event("y", 1))
	drain(t, q)
	if told, _ := ids(t, requests()); !slices.Equal(told, []string{"x/1"}) {
		t.Errorf("came: %v", told)
	}
	c.advance(6 * time.Minute)
	drain(t, q)
	var last hookPayload
	all := requests()
	if err := json.Unmarshal(all[len(all)-1].body, &last); err != nil || len(all) != 2 || last.Data.Folded.Count != 2 {
		t.Errorf("%d came, the last %s", len(all), all[len(all)-1].body)
	}
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

// A process is killed while it sends, again and again: each message arrives, and
// always under one ID.
func TestKilled(t *testing.T) {
	if path := os.Getenv("NOTIFY_KILLED"); path != "" {
		killed(t, path)
		return
	}
	arrived := make(chan bool, 1000)
	var hang atomic.Bool
	s, ca, requests := server(t, func(_ http.ResponseWriter, r *http.Request) {
		arrived <- true
		if hang.Load() {
			<-r.Context().Done()
		}
	})
	path := filepath.Join(t.TempDir(), "db")
	var c clock
	q := newQueue(t, path, c.now, hook("a", ca, s))
	const many = 12
	for i := range many {
		tell(t, q, event(fmt.Sprint("x", i), 1))
	}
	hang.Store(true)
	for i := range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilled$")
		cmd.Env = append(os.Environ(), "NOTIFY_KILLED="+path, "NOTIFY_URL="+s.URL, "NOTIFY_CA="+ca, fmt.Sprint("NOTIFY_AHEAD=", time.Duration(i)*time.Hour))
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		<-arrived
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
	}
	hang.Store(false)
	c.advance(4 * time.Hour)
	drain(t, q)
	events, messages := ids(t, requests())
	of := map[string]string{}
	for i, e := range events {
		if of[e] != "" && of[e] != messages[i] {
			t.Errorf("%s came as %s and as %s", e, of[e], messages[i])
		}
		of[e] = messages[i]
	}
	if len(of) != many || len(events) <= many {
		t.Errorf("%d messages about %d events came, want %d", len(events), len(of), many)
	}
}

// killed is the process that is killed.
func killed(t *testing.T, path string) {
	ahead, err := time.ParseDuration(os.Getenv("NOTIFY_AHEAD"))
	if err != nil {
		t.Fatal(err)
	}
	q := newQueue(t, path, func() time.Time { return time.Now().Add(ahead) }, config.Channel{
		Name: "a", Webhook: config.Webhook{URL: os.Getenv("NOTIFY_URL")}, TLS: config.ChannelTLS{CA: os.Getenv("NOTIFY_CA")},
	})
	q.Run(t.Context())
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
