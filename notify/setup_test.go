package notify

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
)

// A clock is set by the test.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

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
