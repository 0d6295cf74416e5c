package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// incidentRule makes an incident of each event.
const incidentRule = `
id: 0c0ffee0-0000-4000-8000-000000000031
kind: Scheduled
name: Events
severity: Medium
queryFrequency: 5m
queryPeriod: 5m
triggerOperator: gt
triggerThreshold: 0
eventGroupingSettings: {aggregationKind: AlertPerResult}
query: Events_CL
`

// TestIncidentsBesideAServer changes incidents over HTTP and from the command line at
// once: every change is a row of SecurityIncident, once, and the latest of them is how
// the incident is.
func TestIncidentsBesideAServer(t *testing.T) {
	dir, logs := t.TempDir(), t.TempDir()
	rule := filepath.Join(logs, "rule.yaml")
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(rule, incidentRule)
	write(filepath.Join(logs, "Events_CL.json"), `{"TimeGenerated":"2026-03-01T12:01:00Z","Name_s":"a"}`+"\n"+`{"TimeGenerated":"2026-03-01T12:02:00Z","Name_s":"b"}`)
	silently(t, "ingest", "--store", dir, filepath.Join(logs, "Events_CL.json"))
	silently(t, "schedule", "--store", dir, "--rules", rule, "--now", "2026-03-01T12:10:00Z")

	url, stop := servingStore(t, dir)
	var wg sync.WaitGroup
	for n := range 5 {
		wg.Go(func() {
			if status, text := sent(t, "PATCH", url+"/v1/incidents/1", fmt.Sprintf(`{"comment": "http %d"}`, n)); status != 200 {
				t.Errorf("%d %s", status, text)
			}
		})
		wg.Go(func() {
			silently(t, "incidents", "comment", "--store", dir, "--by", "eve", "1,2", fmt.Sprintf("cli %d", n))
		})
	}
	wg.Wait()
	silently(t, "incidents", "comment", "--server", url, "2", "by the server's own name for me")
	silently(t, "incidents", "show", "--server", url, "1-2")
	silently(t, "alerts", "list", "--server", url)
	if code := run([]string{"incidents", "comment", "--server", url, "--by", "eve", "2", "x"}); code != exitUsage {
		t.Errorf("--by is taken, where the server knows: %d", code)
	}
	if code := run([]string{"incidents", "comment", "--server", url, "9", "x"}); code != exitFailed {
		t.Errorf("an incident that is not there: %d", code)
	}
	if _, text := sent(t, "GET", url+"/v1/incidents/1", ""); !strings.Contains(text, `"version":11`) {
		t.Errorf("the incident is %s", text)
	}
	const query = `SecurityIncident | summarize Rows = count(), arg_max(TimeGenerated, *) by IncidentNumber | sort by IncidentNumber asc
		| project IncidentNumber, Rows, array_length(Comments), AdditionalData.commentsCount`
	body, err := json.Marshal(map[string]string{"csl": query})
	if err != nil {
		t.Fatal(err)
	}
	const want = `"Rows":[[1,11,10,10],[2,7,6,6]]`
	var text string
	for range 100 { // what the command line has changed is delivered by the server, within a second
		if _, text = sent(t, "POST", url+"/v1/rest/query", string(body)); strings.Contains(text, want) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if !strings.Contains(text, want) {
		t.Errorf("rows are %s, want %s", text, want)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// silently runs a command that must end well.
func silently(t *testing.T, args ...string) {
	t.Helper()
	if code := run(args); code != exitOK {
		t.Errorf("%s ends with %d", strings.Join(args, " "), code)
	}
}

func sent(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0, ""
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(text)
}
