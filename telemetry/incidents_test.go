package telemetry_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
)

func TestIncidentMetrics(t *testing.T) {
	o := observer(t, "")
	db, err := database.Open(filepath.Join(t.TempDir(), "db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	s, err := incident.Open(db, incident.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	title := "A call from the bank"
	for range 2 {
		if _, err := s.Create(incident.Edit{Title: &title}, incident.User("eve")); err != nil {
			t.Fatal(err)
		}
	}
	o.Metrics.WatchIncidents(s)
	read := func() (int, string) {
		rec := httptest.NewRecorder()
		o.Metrics.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
		text, err := io.ReadAll(rec.Body)
		if err != nil {
			t.Fatal(err)
		}
		return rec.Code, string(text)
	}
	status, text := read()
	for _, want := range []string{`calypso_incidents{severity="Medium",status="New"} 2`, "calypso_incident_rows_waiting 2"} {
		if status != http.StatusOK || !strings.Contains(text, want) {
			t.Errorf("%d: the metrics lack %s", status, want)
		}
	}
	// A database that is away takes no other metric with it.
	db.Close()
	if status, text = read(); status != http.StatusOK || !strings.Contains(text, "calypso_build_info") || strings.Contains(text, "calypso_incidents{") {
		t.Errorf("without the database: %d\n%s", status, text)
	}
}
