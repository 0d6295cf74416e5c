package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/api"
	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/workspace"
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

type tables struct {
	c *catalog.Catalog
	s *store.Store
}

func (t tables) Schema(name string) (types.Schema, bool) {
	if x, ok := t.c.Table(name); ok {
		return x.Schema, true
	}
	return t.s.Schema(name)
}

// serve serves a new store.
func serve(t *testing.T, limits config.Limits, tokens ...config.Token) (*httptest.Server, *store.Store) {
	t.Helper()
	c, err := catalog.Open(catalog.Sentinel, catalog.WithAdditions())
	if err != nil {
		t.Fatal(err)
	}
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.TempDir(), store.Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	in := intake.New(intake.Options{Store: s, Tables: tables{c, s}, Now: func() time.Time { return now }, Grows: func(table string) bool { _, known := c.Table(table); return !known }})
	requests, failures := &command.Requests{}, &command.Failures{}
	commands, err := command.New(command.Options{Store: s, Engine: engine, Now: func() time.Time { return now }, Requests: requests, Failures: failures, Version: "test"})
	if err != nil {
		t.Fatal(err)
	}
	library := command.NewLibrary(s)
	backups := t.TempDir()
	o := api.Options{
		Backup: func(ctx context.Context, name string) (store.Backup, error) {
			return s.Backup(ctx, filepath.Join(backups, name), nil)
		},
		Commands: commands, Requests: requests, Failures: failures,
		Store: s, Engine: engine, Intake: in, Tokens: tokens, Limits: limits, Now: func() time.Time { return now },
		Workspace: func(x workspace.Tables) bind.Catalog {
			saved, err := library.Functions()
			if err != nil {
				t.Error(err)
			}
			return workspace.New(c, x, workspace.WithFunctions(saved))
		},
	}
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = api.NewServer(o)
	srv.Listener = api.Limit(srv.Config, srv.Listener, limits.Connections)
	srv.Start()
	t.Cleanup(srv.Close)
	return srv, s
}

func limits() config.Limits { return config.Default().Limits }

// post sends a body and returns the status and the answer.
func post(t *testing.T, url, body string, header ...string) (int, string) {
	t.Helper()
	resp, text := request(t, http.MethodPost, url, body, header...)
	return resp.StatusCode, text
}

// request sends a request with headers, name and value in turn, and returns the response
// and its body.
func request(t *testing.T, method, url, body string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, strings.TrimSpace(string(text))
}

// ask runs a query and returns its rows as JSON.
func ask(t *testing.T, srv *httptest.Server, query string, header ...string) string {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"csl": query})
	status, text := post(t, srv.URL+"/v1/rest/query", string(body), header...)
	if status != http.StatusOK {
		return fmt.Sprintf("%d %s", status, text)
	}
	var answer struct {
		Tables []struct{ Rows json.RawMessage }
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.Tables) == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	return string(answer.Tables[0].Rows)
}

func want(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s is\n%s, want\n%s", what, got, want)
	}
}

const risks = `{"time":"2026-03-01T10:00:00Z","category":"UserRiskEvents","tenantId":"t","properties":{"id":"r-1","riskLevel":"high"}}
{"time":"2026-03-01T10:05:00Z","category":"UserRiskEvents","tenantId":"t","properties":{"id":"r-2","riskLevel":"low"}}
`

func TestRecordsComeInAndAreFound(t *testing.T) {
	srv, _ := serve(t, limits())
	status, text := post(t, srv.URL+"/v1/ingest", risks)
	want(t, "answer", fmt.Sprint(status, text), `200{"rows":{"AADUserRiskEvents":2},"duplicate":false,"rejected":0,"nulls":0}`)
	want(t, "rows", ask(t, srv, "AADUserRiskEvents | sort by Id asc | project Id, RiskLevel, TimeGenerated, _TimeReceived, ingestion_time()"),
		`[["r-1","high","2026-03-01T10:00:00Z","2026-03-02T12:00:00Z","2026-03-02T12:00:00Z"],["r-2","low","2026-03-01T10:05:00Z","2026-03-02T12:00:00Z","2026-03-02T12:00:00Z"]]`)

	status, text = post(t, srv.URL+"/v1/ingest/Things_CL", `[{"n":1},{"n":2}]`)
	want(t, "answer", fmt.Sprint(status, text), `200{"rows":{"Things_CL":2},"duplicate":false,"rejected":0,"nulls":0}`)
	status, text = post(t, srv.URL+"/v1/ingest/Things_CL", `{"n":3,"color":"red"}`)
	want(t, "answer", fmt.Sprint(status, text), `200{"rows":{"Things_CL":1},"duplicate":false,"rejected":0,"nulls":0}`)
	want(t, "rows", ask(t, srv, "Things_CL | sort by n asc | project n, TimeGenerated, color"),
		`[[1,"2026-03-02T12:00:00Z",""],[2,"2026-03-02T12:00:00Z",""],[3,"2026-03-02T12:00:00Z","red"]]`)
}

func TestLogsIngestionAPI(t *testing.T) {
	srv, _ := serve(t, limits())
	at := func(stream string) string {
		return srv.URL + "/dataCollectionRules/dcr-1/streams/" + stream + "?api-version=2023-01-01"
	}
	if status, text := post(t, at("Custom-Things_CL"), `[{"TimeGenerated":"2026-03-01T10:00:00Z","n":1},{"n":2}]`); status != http.StatusNoContent || text != "" {
		t.Errorf("%d %q", status, text)
	}
	if status, _ := post(t, at("Microsoft-SecurityAlert"), `[{"AlertName":"a"}]`); status != http.StatusNoContent {
		t.Errorf("%d", status)
	}
	want(t, "rows", ask(t, srv, "Things_CL | sort by n asc | project n, TimeGenerated"), `[[1,"2026-03-01T10:00:00Z"],[2,"2026-03-02T12:00:00Z"]]`)
	want(t, "rows", ask(t, srv, "SecurityAlert | project AlertName, Type"), `[["a","SecurityAlert"]]`)
	if status, _ := post(t, at("Things"), `[{"n":1}]`); status != http.StatusNotFound {
		t.Errorf("%d", status)
	}
}

func TestABatchIsStoredOnce(t *testing.T) {
	srv, _ := serve(t, limits())
	post(t, srv.URL+"/v1/ingest", risks, "Idempotency-Key", "k")
	_, text := post(t, srv.URL+"/v1/ingest", risks, "Idempotency-Key", "k")
	if !strings.Contains(text, `"duplicate":true`) {
		t.Error(text)
	}
	want(t, "count", ask(t, srv, "AADUserRiskEvents | count"), "[[2]]")
}

func TestBadBodies(t *testing.T) {
	small := limits()
	small.Body = 1 << 16
	srv, _ := serve(t, small)
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	z.Write([]byte(`{"n":1}` + "\n"))
	z.Write(bytes.Repeat([]byte(" "), 10<<20))
	z.Close()
	var torn bytes.Buffer
	z = gzip.NewWriter(&torn)
	z.Write([]byte(risks))
	z.Close()
	for _, c := range []struct{ name, body, want string }{
		{"empty", "", "400"},
		{"garbage", "\x00\x01\x02", "400"},
		{"torn gzip", torn.String()[:torn.Len()-20], "400"},
		{"a small body that is large", bomb.String(), "413"},
		{"a large body", strings.Repeat(`{"n":1}`+"\n", 1<<14), "413"},
		{"deep", strings.Repeat("[", 1<<15), "400"},
	} {
		status, text := post(t, srv.URL+"/v1/ingest/Things_CL", c.body)
		if got := fmt.Sprint(status); got != c.want || !strings.Contains(text, `"message"`) {
			t.Errorf("%s: %s %.200s, want %s", c.name, got, text, c.want)
		}
	}
	status, text := post(t, srv.URL+"/v1/ingest/Things_CL", "{\"n\":1}\nnot json\n{\"n\":2}\n")
	if status != http.StatusOK || !strings.Contains(text, `"rejected":1`) || !strings.Contains(text, "body:2:") {
		t.Errorf("one bad line: %d %s", status, text)
	}
	want(t, "count", ask(t, srv, "Things_CL | count"), "[[2]]")
}

// Records that do not say their table do not come to be one that nobody asked for.
func TestRecordsWithoutATable(t *testing.T) {
	srv, _ := serve(t, limits())
	for _, body := range []string{`{"n":1}`, "a,b\n1,2\n", `[{"n":1},{"n":2}]`} {
		if status, text := post(t, srv.URL+"/v1/ingest", body); status != http.StatusBadRequest || !strings.Contains(text, "does not say which table") {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	status, text := post(t, srv.URL+"/v1/ingest", "{\"n\":1}\n{\"Type\":\"Things_CL\",\"n\":2}\n")
	if status != http.StatusOK || !strings.Contains(text, `{"Things_CL":1}`) || !strings.Contains(text, `"rejected":1`) {
		t.Errorf("some say it: %d %s", status, text)
	}
	want(t, "tables", ask(t, srv, "union withsource = T * | distinct T"), `[["Things_CL"]]`)
}

func TestQueriesThatAreWrong(t *testing.T) {
	srv, _ := serve(t, limits())
	if got := ask(t, srv, "AADUserRiskEvents | where x == 1"); !strings.HasPrefix(got, "400") || !strings.Contains(got, "KS142") {
		t.Error(got)
	}
	for _, body := range []string{"", "{", `{"csl":""}`, `{"csl":"print 1","properties":"{"}`} {
		if status, text := post(t, srv.URL+"/v1/rest/query", body); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	status, text := post(t, srv.URL+"/v1/rest/query", `{"csl":"declare query_parameters(n: long); print n","properties":"{\"Parameters\":{\"n\":\"7\"}}"}`)
	if status != http.StatusOK || !strings.Contains(text, "[7]") {
		t.Errorf("%d %s", status, text)
	}
}

// What ends a query has the status and the code that Kusto's clients know it by.
func TestQueriesThatAreEnded(t *testing.T) {
	few := limits()
	few.QueryMemory = 1 << 20
	srv, _ := serve(t, few)
	const long = `range x from 1 to 100000000000 step 1 | where hash(x) == 8 | count`
	for _, test := range []struct {
		path, body string
		status     int
		want       string
	}{
		{"/v1/rest/query", `{"csl":"` + long + `","properties":{"Options":{"servertimeout":"00:00:00.2"}}}`, http.StatusGatewayTimeout, `"code":"RequestExecutionTimeout"`},
		{"/v2/rest/query", `{"csl":"print y"}`, http.StatusBadRequest, `"@permanent":true`},
		{"/v1/rest/mgmt", `{"csl":".set T <| ` + long + `","properties":{"Options":{"servertimeout":"00:00:00.2"}}}`, http.StatusGatewayTimeout, `"@permanent":false`},
		{"/v1/rest/query", `{"csl":"range x from 1 to 600000 step 1"}`, http.StatusBadRequest, `"code":"LimitsExceeded"`},
		{"/v1/rest/query", `{"csl":"range x from 1 to 500000 step 1 | summarize make_list(x) by hash(x)"}`, http.StatusBadRequest, `"code":"LowMemoryCondition"`},
	} {
		if status, text := post(t, srv.URL+test.path, test.body); status != test.status || !strings.Contains(text, test.want) {
			t.Errorf("%s %s: %d %s", test.path, test.body, status, text)
		}
	}
	r, err := http.NewRequest(http.MethodPost, srv.URL+"/v1/workspaces/w/query", strings.NewReader(`{"query":"`+long+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Prefer", "wait=1")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusGatewayTimeout {
		t.Errorf("Log Analytics: %s", resp.Status)
	}
}

func token(name, secret string, tables []string, roles ...config.Role) config.Token {
	sum := sha256.Sum256([]byte(secret))
	return config.Token{Name: name, SHA256: hex.EncodeToString(sum[:]), Roles: roles, Tables: tables}
}

func TestTokens(t *testing.T) {
	srv, _ := serve(t, limits(),
		token("shipper", "s", []string{"AAD*"}, config.Ingestor), token("analyst", "a", []string{"Things_CL"}, config.Reader), token("boss", "b", nil, config.Admin))
	as := func(secret string) []string { return []string{"Authorization", "Bearer " + secret} }
	for _, c := range []struct {
		path, body string
		header     []string
		want       int
	}{
		{"/v1/ingest", risks, nil, 401},
		{"/v1/ingest", risks, as("x"), 401},
		{"/v1/ingest", risks, as("a"), 403},
		{"/v1/ingest", risks, as("s"), 200},
		{"/v1/ingest/Things_CL", `{"n":1}`, as("s"), 403},
		{"/v1/ingest/Things_CL", `{"n":1}`, as("b"), 200},
		{"/v1/rest/query", `{"csl":"print 1"}`, as("s"), 403},
	} {
		if got, text := post(t, srv.URL+c.path, c.body, c.header...); got != c.want {
			t.Errorf("%s as %v: %d %s, want %d", c.path, c.header, got, text, c.want)
		}
	}
	want(t, "count", ask(t, srv, "Things_CL | count", as("a")...), "[[1]]")
	if got := ask(t, srv, "AADUserRiskEvents | count", as("a")...); !strings.HasPrefix(got, "403") {
		t.Errorf("a table that the token is not for: %s", got)
	}
	want(t, "tables of a pattern", ask(t, srv, "union withsource=T * | summarize by T", as("a")...), `[["Things_CL"]]`)
	want(t, "tables of a pattern", ask(t, srv, "union withsource=T * | summarize by T | sort by T asc", as("b")...), `[["AADUserRiskEvents"],["Things_CL"]]`)
}

// TestOnlyProgramsOfThisMachine is about a page in a browser, which can reach
// localhost as well.
func TestOnlyProgramsOfThisMachine(t *testing.T) {
	srv, _ := serve(t, limits())
	for _, header := range [][]string{{"Host", "evil.example"}, {"Origin", "https://evil.example"}, {"Sec-Fetch-Site", "cross-site"}} {
		if status, _ := post(t, srv.URL+"/v1/ingest", risks, header...); status != http.StatusForbidden {
			t.Errorf("%v: %d, want 403", header, status)
		}
	}
}

func TestHealth(t *testing.T) {
	srv, s := serve(t, limits())
	get := func(path string) int {
		resp, err := http.Get(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if a, b := get("/healthz"), get("/readyz"); a != 200 || b != 200 {
		t.Errorf("%d %d", a, b)
	}
	s.Close()
	if a, b := get("/healthz"), get("/readyz"); a != 200 || b != 503 {
		t.Errorf("after the store is closed: %d %d", a, b)
	}
}

func TestManyAtOnce(t *testing.T) {
	srv, _ := serve(t, limits())
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if status, text := post(t, srv.URL+"/v1/ingest/Things_CL", fmt.Sprintf(`{"n":%d}`, i)); status != 200 {
				t.Errorf("%d %s", status, text)
			}
			ask(t, srv, "Things_CL | count")
		})
	}
	all.Wait()
	want(t, "count", ask(t, srv, "Things_CL | summarize count(), dcount(n)"), "[[40,40]]")
}
