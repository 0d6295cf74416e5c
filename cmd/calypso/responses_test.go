package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
)

const takeOver = `
displayName: Take what is severe
order: 1
triggeringLogic:
  triggersOn: Incidents
  triggersWhen: Created
  conditions: [{conditionType: Property, conditionProperties: {propertyName: IncidentSeverity, operator: Equals, propertyValues: [High]}}]
actions: [{order: 1, actionType: ModifyProperties, actionConfiguration: {owner: {assignedTo: Ada}}}]
`

// What people do over HTTP is changed by automation rules and told to channels, also by
// a server that was stopped while a channel took nothing.
func TestIncidentsAreTold(t *testing.T) {
	type told struct {
		Type string
		Data struct {
			Incident struct{ Owner, Status string }
		}
		id string
	}
	got := make(chan told, 100)
	away := make(chan bool)
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-away:
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		x := told{id: r.Header.Get("webhook-id")}
		if err := json.Unmarshal(body, &x); err != nil {
			t.Error(err)
		}
		got <- x
	}))
	defer hook.Close()
	dir, rules := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(rules, "take.yaml"), []byte(takeOver), 0o600); err != nil {
		t.Fatal(err)
	}
	set := func(c *config.Config) {
		c.Automation = []string{rules}
		c.Notifications.Channels = []config.Channel{{Name: "hook", Webhook: config.Webhook{URL: hook.URL}}}
		c.Notifications.Routes = []config.Route{{Channels: []string{"hook"}}}
	}
	next := func() told {
		t.Helper()
		select {
		case x := <-got:
			return x
		case <-time.After(30 * time.Second):
			t.Fatal("nothing is told")
			return told{}
		}
	}
	url, stop := servingStore(t, dir, set)
	send := func(method, path, body string) {
		t.Helper()
		req, err := http.NewRequest(method, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode >= 300 {
			text, _ := io.ReadAll(resp.Body)
			t.Fatalf("%s: %s: %s", path, resp.Status, text)
		}
	}
	send(http.MethodPost, "/v1/incidents", `{"title": "By hand", "severity": "High"}`)
	send(http.MethodPatch, "/v1/incidents/1", `{"status": "Closed", "classification": "Undetermined"}`)
	first := next()
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	close(away)
	url, stop = servingStore(t, dir, set)
	again, closed := next(), next()
	if first.Type != "incident.created" || first.Data.Incident.Owner != "Ada" || again.id != first.id || again.Type != first.Type {
		t.Errorf("told were %+v, and then %+v", first, again)
	}
	if closed.Type != "incident.closed" || closed.Data.Incident.Status != "Closed" {
		t.Errorf("told is %+v", closed)
	}
	for range 100 {
		resp, err := http.Get(url + "/metrics")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), `calypso_notifications_total{channel="hook",outcome="sent"} 2`) && strings.Contains(string(text), `calypso_notifications{channel="hook",state="waiting"} 0`) {
			if err := stop(); err != nil {
				t.Error(err)
			}
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Error("the metrics do not say that both were sent")
}
