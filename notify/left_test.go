package notify

import (
	"net/http"
	"testing"
	"time"
)

// What waits in a digest is sent when there are no digests any more, and what waits for a
// channel that is gone is given up where people see it.
func otherConfiguration(t *testing.T, source string) {
	s, ca, requests := server(t, func(http.ResponseWriter, *http.Request) {})
	var c clock
	a, b := hook("a", ca, s), hook("b", ca, s)
	a.Digest, b.Digest = time.Hour, time.Hour
	tell(t, newQueue(t, source, c.now, a, b), event("x", 1), event("y", 1))
	a.Digest = 0
	q := newQueue(t, source, c.now, a)
	drain(t, q)
	if events, _ := ids(t, requests()); len(events) != 2 {
		t.Errorf("sent were %v", events)
	}
	if err := q.forget(); err != nil {
		t.Fatal(err)
	}
	states(t, q, Sent, Waiting, Sent, Waiting)
	c.advance(25 * time.Hour)
	if err := q.forget(); err != nil {
		t.Fatal(err)
	}
	if all := states(t, q, Sent, Dead, Sent, Dead); all[1].Error != "the configuration has no channel b" {
		t.Errorf("%+v", all[1])
	}
}
