package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/internal/postgres"
)

// get asks a server, and returns the status and the body of its answer.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// TestServeWithoutItsDatabase starts a server whose database is away: it takes logs,
// says what it waits for, and runs its rule when the database is there.
func TestServeWithoutItsDatabase(t *testing.T) {
	pg := postgres.Start(t)
	source := pg.URL()
	pg.Stop()
	rule := filepath.Join(t.TempDir(), "rule.yaml")
	text := "id: away\nkind: Scheduled\nname: Away\nseverity: High\nqueryFrequency: 5m\nqueryPeriod: 2h\ntriggerOperator: gt\ntriggerThreshold: 0\nquery: Things_CL\n"
	if err := os.WriteFile(rule, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	url, stop := servingStore(t, t.TempDir(), func(c *config.Config) {
		c.Database, c.Rules, c.Schedule.Delay, c.Schedule.Stagger = source, []string{rule}, 0, 0
	})
	resp, err := http.Post(url+"/v1/ingest/Things_CL", "application/json", strings.NewReader(fmt.Sprintf(`{"TimeGenerated":%q}`, time.Now().Add(-time.Hour).Format(time.RFC3339))))
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("logs are not taken: %v, %v", resp, err)
	}
	resp.Body.Close()
	if status, text := get(t, url+"/readyz"); status != http.StatusOK || !strings.Contains(text, `"degraded"`) || !strings.Contains(text, "postgres://127.0.0.1") {
		t.Errorf("without the database it is %d %s", status, text)
	}
	if status, text := get(t, url+"/v1/incidents"); status != http.StatusServiceUnavailable || !strings.Contains(text, "can't be used now") {
		t.Errorf("incidents are %d %s", status, text)
	}
	if _, text := get(t, url+"/metrics"); !strings.Contains(text, "calypso_database_up 0") || !strings.Contains(text, "calypso_ready 1") {
		t.Errorf("the metrics are %s", text)
	}
	pg.Resume()
	var found struct{ Value []struct{ Title string } }
	for until := time.Now().Add(30 * time.Second); len(found.Value) == 0 && time.Now().Before(until); time.Sleep(100 * time.Millisecond) {
		if status, text := get(t, url+"/v1/incidents"); status == http.StatusOK {
			if err := json.Unmarshal([]byte(text), &found); err != nil {
				t.Fatal(err)
			}
		}
	}
	if len(found.Value) != 1 || found.Value[0].Title != "Away" {
		t.Errorf("with the database, incidents are %+v", found)
	}
	if _, text := get(t, url+"/readyz"); strings.TrimSpace(text) != `{"status":"ready"}` {
		t.Errorf("with the database it is %s", text)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
