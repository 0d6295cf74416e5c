package api_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/api"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/notify"
)

// TestNotifications lists messages in pages, and has dead ones sent again.
func TestNotifications(t *testing.T) {
	db, err := database.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	channels := config.Notifications{
		Channels: []config.Channel{{Name: "log", File: config.FileChannel{Path: filepath.Join(t.TempDir(), "told")}}},
		Routes:   []config.Route{{Channels: []string{"log"}}},
	}
	queue, err := notify.New(notify.Options{DB: db, Config: channels, Now: func() time.Time { return now }, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if err := queue.TellNow(notify.Event{ID: fmt.Sprint(n), Time: now, Type: config.AlertRaised, Title: fmt.Sprintf("Risk %d", n), Severity: "High"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.Exec("UPDATE notifications SET state = 'dead', error = 'nobody is there' WHERE headline LIKE '%Risk 1'"); err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(api.New(api.Options{Database: db, Limits: limits(), Now: func() time.Time { return now }}))
	t.Cleanup(srv.Close)
	asks := func(method, path, body string, wants ...string) string {
		t.Helper()
		got, _ := send(t, srv, method, path, body)
		for _, w := range wants {
			if !strings.Contains(got, w) {
				t.Errorf("%s %s is %s, want %s in it", method, path, got, w)
			}
		}
		return got
	}
	first := asks("GET", "/v1/notifications?limit=2", "", "200 ", "Risk 2", "Risk 1", `"nextLink":"/v1/notifications?before=`)
	next := regexp.MustCompile(`"nextLink":"([^"]+)"`).FindStringSubmatch(first)
	if len(next) == 2 {
		if got := asks("GET", strings.ReplaceAll(next[1], `\u0026`, "&"), "", "200 ", "Risk 0"); strings.Contains(got, "nextLink") || strings.Contains(got, "Risk 1") {
			t.Errorf("the last page is %s", got)
		}
	}
	dead := asks("GET", "/v1/notifications?state=dead&channel=log", "", "200 ", "Risk 1", `"error":"nobody is there"`)
	id := regexp.MustCompile(`"id":"(\w+)"`).FindStringSubmatch(dead)
	if len(id) < 2 {
		t.Fatal(dead)
	}
	asks("POST", "/v1/notifications/retry", fmt.Sprintf(`{"ids": [%q]}`, id[1]), `200 {"messages":1}`)
	asks("GET", "/v1/notifications?state=dead", "", `200 {"value":[]}`)
	asks("POST", "/v1/notifications/retry", `{"all": true, "channel": "nobody"}`, `200 {"messages":0}`)
	// What is misspelt must not have all of them sent again.
	asks("POST", "/v1/notifications/retry", `{"all": true, "chanel": "log"}`, "400 ", `there is no field \"chanel\"`)
	asks("POST", "/v1/notifications/retry", `{"ids": ["msg_none"]}`, "404 ")
	asks("POST", "/v1/notifications/retry", `{}`, "400 ", "want {")
	asks("GET", "/v1/notifications?state=lost", "", "400 ", "want waiting, sent, folded or dead")
}
