package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/api"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/detect"
	"github.com/calypso-kql/calypso/incident"
)

// serveIncidents serves the incidents of six alerts, raised a minute after each other.
func serveIncidents(t *testing.T, tokens ...config.Token) *httptest.Server {
	t.Helper()
	db, err := database.Open(filepath.Join(t.TempDir(), "state.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	var mu sync.Mutex
	clock := now
	kept, err := incident.Open(db, incident.Options{URL: "https://soc.example/{number}", Now: func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		clock = clock.Add(time.Minute)
		return clock
	}})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 6 {
		at := now.Add(time.Duration(n) * time.Minute)
		row := fmt.Sprintf(`{"SystemAlertId": "a%d", "AlertName": "Risk %d", "AlertSeverity": %q, "AlertType": "rule-%d", "TimeGenerated": %q, "Status": "New",
			"StartTime": "2026-03-02T11:00:00Z", "EndTime": "2026-03-02T11:01:00Z", "Entities": "[{\"$id\":\"2\",\"Type\":\"account\",\"FullName\":\"ada@contoso.com\"}]"}`,
			n+1, n+1, []string{"Low", "High"}[n%2], n%3, at.Format(time.RFC3339))
		if err := kept.Add(context.Background(), at, detect.IncidentConfiguration{Create: true}, [][]byte{[]byte(row)}); err != nil {
			t.Fatal(err)
		}
	}
	srv := httptest.NewServer(api.New(api.Options{Incidents: kept, Tokens: tokens, Limits: limits(), Now: func() time.Time { return now }}))
	t.Cleanup(srv.Close)
	return srv
}

// send sends a request and returns the answer, with its status before it and its ETag.
func send(t *testing.T, srv *httptest.Server, method, path, body string, header ...string) (answer, etag string) {
	t.Helper()
	resp, text := request(t, method, srv.URL+path, body, header...)
	return fmt.Sprintf("%d %s", resp.StatusCode, text), resp.Header.Get("ETag")
}

var numbers = regexp.MustCompile(`"(?:incidentNumber|systemAlertId)":"?(\w+)`)

// TestListsOfIncidents asks for lists and follows their links.
func TestListsOfIncidents(t *testing.T) {
	srv := serveIncidents(t)
	for _, c := range []struct{ path, want string }{
		{"/v1/incidents", "6 5 4 3 2 1"},
		{"/v1/incidents?limit=2", "6 5 | 4 3 | 2 1"},
		{"/v1/incidents?severity=high&limit=2", "6 4 | 2"},
		{"/v1/incidents?severity=high,low&status=new&rule=rule-1", "5 2"},
		{"/v1/incidents?owner=none&label=x", ""},
		{"/v1/incidents?createdSince=2026-03-02T12:05:00Z", "6 5"},
		{"/v1/incidents?before=3", "2 1"},
		{"/v1/alerts?limit=4", "a6 a5 a4 a3 | a2 a1"},
		{"/v1/alerts?incident=3", "a3"},
		{"/v1/alerts?since=2026-03-02T12:04:00Z&severity=High", "a6"},
		{"/v1/incidents/3/alerts", "a3"},
	} {
		var pages []string
		for path := c.path; path != ""; {
			got, _ := send(t, srv, "GET", path, "")
			body, ok := strings.CutPrefix(got, "200 ")
			var list struct {
				Value    []json.RawMessage
				NextLink string
			}
			if err := json.Unmarshal([]byte(body), &list); !ok || err != nil {
				t.Fatalf("%s: %v, %s", path, err, got)
			}
			var page []string
			for _, v := range list.Value {
				page = append(page, numbers.FindStringSubmatch(string(v))[1])
			}
			pages = append(pages, strings.Join(page, " "))
			path = list.NextLink
		}
		want(t, c.path, strings.Join(pages, " | "), c.want)
	}
	for path, wrong := range map[string]string{
		"/v1/incidents?state=New":         "400 state: there is no such parameter",
		"/v1/incidents?status=Open":       `400 status: "Open": want New, Active or Closed`,
		"/v1/incidents?limit=1001":        "400 limit: 1001: want 1000 or less",
		"/v1/incidents?limit=-1":          `400 limit: "-1": want a number from 1`,
		"/v1/incidents?createdSince=soon": `400 createdSince: "soon": want a time such as`,
		"/v1/incidents/7":                 "404 there is no incident 7",
		"/v1/incidents/x":                 `404 there is no incident "x": want its number`,
		"/v1/incidents/7/timeline":        "404 there is no incident 7",
		"/v1/incidents/7/alerts":          "404 there is no incident 7",
		"/v1/alerts/zz":                   `404 there is no alert "zz"`,
		"/v1/alerts?after=zz":             "400 after: is none that an answer has had",
	} {
		if got := refused(t, srv, "GET", path, ""); !strings.HasPrefix(got, wrong) {
			t.Errorf("%s: %s", path, got)
		}
	}
}

// refused returns the status and the message of an answer that is an error.
func refused(t *testing.T, srv *httptest.Server, method, path, body string, header ...string) string {
	t.Helper()
	got, _ := send(t, srv, method, path, body, header...)
	var e struct{ Error struct{ Message string } }
	if err := json.Unmarshal([]byte(got[4:]), &e); err != nil || e.Error.Message == "" {
		return got
	}
	return got[:4] + e.Error.Message
}

// TestEditsOfIncidents changes an incident, also while someone else does.
func TestEditsOfIncidents(t *testing.T) {
	srv := serveIncidents(t)
	const at = "/v1/incidents/2"
	got, etag := send(t, srv, "GET", at, "")
	if etag != `"1"` || !strings.Contains(got, `"incidentUrl":"https://soc.example/2"`) || !strings.Contains(got, `"entities":[{"type":"account","fields":{"FullName":"ada@contoso.com"}}]`) {
		t.Errorf("%s %s", etag, got)
	}
	got, etag = send(t, srv, "PATCH", at, `{"status": "active", "owner": {"email": "ada@contoso.com"}, "addLabels": ["vip"]}`, "If-Match", etag)
	if etag != `"2"` || !strings.Contains(got, `"status":"Active"`) || !strings.Contains(got, `"labels":[{"labelName":"vip","labelType":"User"}]`) {
		t.Errorf("%s %s", etag, got)
	}
	for _, c := range []struct{ method, path, body, match, want string }{
		{"PATCH", at, `{"status": "New"}`, `"1"`, `412 incident 2 has changed meanwhile, by "local": it has version 2, and not 1: get it again`},
		{"PATCH", at, `{"status": "New"}`, `one`, `400 If-Match: one: want the ETag of an answer, as "3"`},
		{"PATCH", at, `{"status": "Closed"}`, `*`, `400 classification: is missing: a closed incident is TruePositive, BenignPositive, FalsePositive or Undetermined`},
		{"PATCH", at, `{"state": "Closed"}`, ``, `400 body: there is no field "state"`},
		{"PATCH", at, `{"owner": {"mail": "ada@contoso.com"}}`, ``, `400 body: there is no field "mail"`},
		{"PATCH", at, ``, ``, `400 body: want a JSON object: it is empty`},
		{"PATCH", at, `{"comment": " "}`, ``, `400 comment: is empty`},
		{"PATCH", at, `{"title": "` + strings.Repeat("x", 1<<20) + `"}`, ``, `413 http: request body too large`},
		{"PATCH", "/v1/incidents/9", `{}`, ``, `404 there is no incident 9`},
		{"POST", at + "/comments", `{"message": " "}`, ``, `400 want {"message": TEXT}`},
		{"POST", at + "/comments", `{"message": "x", "author": "eve"}`, ``, `400 there is no field "author": want {"message": TEXT}`},
		{"POST", "/v1/incidents/9/comments", `{"message": "x"}`, ``, `404 there is no incident 9`},
		{"PATCH", "/v1/alerts/a2", `{"status": "Done"}`, ``, `400 status: "Done": want New, InProgress, Resolved or Dismissed`},
		{"PATCH", "/v1/alerts/a2", `{"status": "New", "severity": "Low"}`, ``, `400 there is no field "severity": want {"status": STATUS}`},
		{"PATCH", "/v1/alerts/a2", `{"status": "New"} {"status": "Resolved"}`, ``, `400 want {"status": STATUS}`},
		{"PATCH", "/v1/alerts/a9", `{"status": "New"}`, ``, `404 there is no alert "a9"`},
	} {
		if got := refused(t, srv, c.method, c.path, c.body, "If-Match", c.match); got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.method, c.path, c.body[:min(len(c.body), 50)], got, c.want)
		}
	}
	if got, etag = send(t, srv, "POST", at+"/comments", `{"message": "looking"}`); etag != `"3"` || !strings.HasPrefix(got, "201") || !strings.Contains(got, `"author":"local"`) {
		t.Errorf("%s %s", etag, got)
	}
	if got, _ = send(t, srv, "GET", at+"/comments", ""); !strings.Contains(got, `"message":"looking"`) {
		t.Error(got)
	}
	if got, _ = send(t, srv, "GET", at+"/timeline", ""); strings.Count(got, `"version":`) != 3 || !strings.Contains(got, `{"field":"status","from":"New","to":"Active"}`) {
		t.Error(got)
	}
	if got, _ = send(t, srv, "PATCH", "/v1/alerts/a2", `{"status": "resolved"}`); !strings.Contains(got, `"status":"Resolved"`) || !strings.Contains(got, `"row":{`) {
		t.Error(got)
	}
	if got, etag = send(t, srv, "POST", "/v1/incidents", `{"title": "A call from the bank", "severity": "high", "addLabels": ["phone"]}`); etag != `"1"` ||
		!strings.HasPrefix(got, "201") || !strings.Contains(got, `"incidentNumber":7,`) || !strings.Contains(got, `"modifiedBy":"local"`) {
		t.Errorf("%s %s", etag, got)
	}
	if got := refused(t, srv, "POST", "/v1/incidents", `{"severity": "high"}`); got != "400 title: is missing" {
		t.Error(got)
	}
	// Of those who change the same version, one does.
	var wg sync.WaitGroup
	won := make(chan string, 8)
	for n := range 8 {
		wg.Go(func() {
			got, _ := send(t, srv, "PATCH", at, fmt.Sprintf(`{"comment": "%d"}`, n), "If-Match", `"3"`)
			won <- got[:3]
		})
	}
	wg.Wait()
	close(won)
	count := map[string]int{}
	for s := range won {
		count[s]++
	}
	if count["200"] != 1 || count["412"] != 7 {
		t.Errorf("answers are %v", count)
	}
}

// TestRolesOfIncidents lets readers see, operators who are readers change, and nobody
// whose token is for other tables.
func TestRolesOfIncidents(t *testing.T) {
	reader, asReader := bearer("reader", []config.Role{config.Reader})
	operator, asOperator := bearer("operator", []config.Role{config.Operator})
	analyst, asAnalyst := bearer("analyst", []config.Role{config.Operator, config.Reader}, "Security*")
	other, asOther := bearer("other", []config.Role{config.Operator, config.Reader}, "SecurityAlert")
	srv := serveIncidents(t, reader, operator, analyst, other)
	for _, c := range []struct {
		method, path, body                         string
		nobody, reader, operator, analyst, another string
	}{
		{"GET", "/v1/incidents", "", "401", "200", "403", "200", "403"},
		{"GET", "/v1/incidents/1", "", "401", "200", "403", "200", "403"},
		{"PATCH", "/v1/incidents/1", "{}", "401", "403", "403", "200", "403"},
		{"POST", "/v1/incidents/1/comments", `{"message": "x"}`, "401", "403", "403", "201", "403"},
		{"POST", "/v1/incidents", `{"title": "x"}`, "401", "403", "403", "201", "403"},
		{"GET", "/v1/alerts", "", "401", "200", "403", "200", "200"},
		{"PATCH", "/v1/alerts/a1", `{"status": "New"}`, "401", "403", "403", "200", "200"},
	} {
		for _, who := range []struct {
			name, want string
			header     []string
		}{{"nobody", c.nobody, nil}, {"reader", c.reader, asReader}, {"operator", c.operator, asOperator}, {"analyst", c.analyst, asAnalyst}, {"another", c.another, asOther}} {
			if got, _ := send(t, srv, c.method, c.path, c.body, who.header...); got[:3] != who.want {
				t.Errorf("%s %s by %s: %s, want %s", c.method, c.path, who.name, got, who.want)
			}
		}
	}
}
