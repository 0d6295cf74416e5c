package telemetry_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/notify"
)

func TestNotificationMetrics(t *testing.T) {
	o := observer(t, "")
	db, err := database.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	dir := t.TempDir()
	q, err := notify.New(notify.Options{DB: db, Now: time.Now, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Observer: o.Metrics, Config: config.Notifications{
		GiveUp:   time.Hour,
		Channels: []config.Channel{{Name: "log", File: config.FileChannel{Path: filepath.Join(dir, "log")}}, {Name: "gone", File: config.FileChannel{Path: filepath.Join(dir, "none", "log")}}},
		Routes:   []config.Route{{Channels: []string{"log", "gone"}}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if err := q.TellNow(notify.Samples()[0]); err != nil {
		t.Fatal(err)
	}
	if err := q.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Metrics.WatchQueue(q)
	o.Metrics.Automated("Close the tester")
	rec := httptest.NewRecorder()
	o.Metrics.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`calypso_notifications_total{channel="log",outcome="sent"} 1`, `calypso_notifications_total{channel="gone",outcome="retry"} 1`,
		`calypso_notifications{channel="gone",state="waiting"} 1`, `calypso_notifications{channel="log",state="dead"} 0`,
		`calypso_notification_duration_seconds_count{channel="log"} 1`, `calypso_automation_rules_applied_total{rule="Close the tester"} 1`,
	} {
		if !strings.Contains(rec.Body.String(), want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
}
