package remote_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/api"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/incident/remote"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// serve serves incidents of 12 alerts to whoever has the token, which is "secret".
func serve(t *testing.T) (*incident.Store, *remote.Client) {
	t.Helper()
	db, err := database.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s, err := incident.Open(db, incident.Options{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]byte
	for n := range 12 {
		rows = append(rows, fmt.Appendf(nil, `{"SystemAlertId": "a%02d", "AlertName": "Risk", "AlertSeverity": "Low", "AlertType": "rule-%d", "TimeGenerated": "2026-03-02T12:00:00Z"}`, n, n%2))
	}
	if err := s.Add(context.Background(), noon, detect.IncidentConfiguration{Create: true}, rows); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("secret"))
	tokens := []config.Token{{Name: "ada", SHA256: hex.EncodeToString(sum[:]), Roles: []config.Role{config.Reader, config.Operator}}}
	srv := httptest.NewServer(api.New(api.Options{Incidents: s, Tokens: tokens, Limits: config.Default().Limits, Now: time.Now}))
	t.Cleanup(srv.Close)
	c, err := remote.New(srv.URL+"/", "secret")
	if err != nil {
		t.Fatal(err)
	}
	c.SetPage(5)
	return s, c
}

// same fails unless both answers are the same.
func same[T any](t *testing.T, what string, want T, wrong1 error, got T, wrong2 error) {
	t.Helper()
	a, err1 := json.Marshal(want)
	b, err2 := json.Marshal(got)
	if err := errors.Join(wrong1, wrong2, err1, err2); err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if string(a) != string(b) {
		t.Errorf("%s: the server answers\n%.1000s\nwant\n%.1000s", what, b, a)
	}
}

// TestSame asks the store and the server for the same.
func TestSame(t *testing.T) {
	s, c := serve(t)
	closed, class, owner := incident.Closed, incident.TruePositive, incident.Owner{Email: "ada@contoso.com"}
	e := incident.Edit{Status: &closed, Classification: &class, Owner: &owner, AddLabels: []string{"vip, and more"}, Comment: "done", AddTasks: []incident.NewTask{{Title: "call"}}}
	i, err := c.Update(7, e, incident.Actor{})
	if err != nil || i.Version != 2 || i.ModifiedBy != "ada" || len(i.Tasks) != 1 {
		t.Fatalf("%+v, %v", i, err)
	}
	if i, err = c.Update(7, incident.Edit{Owner: &incident.Owner{}, Tasks: map[string]incident.TaskStatus{i.Tasks[0].ID: incident.TaskCompleted}}, incident.Actor{}); err != nil || i.Owner != (incident.Owner{}) || i.Tasks[0].Status != incident.TaskCompleted {
		t.Fatalf("%+v, %v", i, err)
	}
	for _, f := range []incident.Filter{
		{}, {Limit: 3}, {Limit: 11}, {Rule: "rule-1", Limit: 5}, {Statuses: []incident.Status{incident.Closed, incident.Active}}, {Label: "VIP, and more"}, {Label: "nobody has it"},
		{Severities: []detect.Severity{"Low"}, Before: 4, Created: noon, Modified: noon.Add(-time.Nanosecond)}, {Owner: "none", Before: 9},
	} {
		want, wrong := s.Incidents(f)
		got, err := c.Incidents(f)
		same(t, fmt.Sprintf("%+v", f), len(want), wrong, len(got), err)
		if len(want) < 20 {
			same(t, fmt.Sprintf("%+v", f), want, wrong, got, err)
		}
	}
	for _, f := range []incident.AlertFilter{{}, {Limit: 11}, {Incident: 7}, {Incident: 99}, {Rule: "rule-0", Limit: 4, Statuses: []incident.AlertStatus{incident.AlertNew}}} {
		want, next1, wrong := s.Alerts(f)
		got, next2, err := c.Alerts(f)
		same(t, fmt.Sprintf("%+v", f), want, wrong, got, err)
		same(t, fmt.Sprintf("%+v", f), next1, wrong, next2, err)
	}
	if _, err := c.SetStatus("a06", incident.AlertResolved); err != nil {
		t.Error(err)
	}
	want, wrong := s.Alert("a06")
	got, err := c.Alert("a06")
	same(t, "an alert", want, wrong, got, err)
	if string(got.Row) != string(want.Row) {
		t.Errorf("the row is %s, want %s", got.Row, want.Row)
	}
	changes, wrong := s.Timeline(7)
	told, err := c.Timeline(7)
	same(t, "a timeline", changes, wrong, told, err)
	title := "By hand"
	if i, err = c.Create(incident.Edit{Title: &title}, incident.Actor{}); err != nil || i.Number != 13 {
		t.Error(i, err)
	}
}

// TestErrors have the types of the store's, or say what the server says.
func TestErrors(t *testing.T) {
	_, c := serve(t)
	var none *incident.NotFound
	if _, err := c.Incident(9999); !errors.As(err, &none) || err.Error() != "there is no incident 9999" {
		t.Error(err)
	}
	var invalid *incident.Invalid
	closed := incident.Closed
	if _, err := c.Update(1, incident.Edit{Status: &closed}, incident.Actor{}); !errors.As(err, &invalid) || !strings.HasPrefix(err.Error(), "classification: is missing") {
		t.Error(err)
	}
	for _, wrong := range []string{"", "soc.example:7788", "file:///x", "http://"} {
		if _, err := remote.New(wrong, ""); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	c, err := remote.New(other.URL, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Incidents(incident.Filter{}); err == nil || !strings.Contains(err.Error(), "status 404: is it a server of Calypso that keeps incidents?") {
		t.Error(err)
	}
	// A token goes to nobody else.
	away := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer away.Close()
	if c, err = remote.New(away.URL, "secret"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Incidents(incident.Filter{}); err == nil || !strings.Contains(err.Error(), "status 307") {
		t.Error(err)
	}
}
