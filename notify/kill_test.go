package notify

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
)

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
