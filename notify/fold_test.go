package notify

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
)

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
