package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/config"
)

// dial opens a connection to a server and sends a text.
func dial(t *testing.T, srv *httptest.Server, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// statusOf reads the status line of an answer, empty if there is none.
func statusOf(c net.Conn) string {
	line, _ := bufio.NewReader(c).ReadString('\n')
	return strings.TrimSpace(line)
}

// A request that takes too long to come is ended, and what came of it is not stored.
func TestSlowRequests(t *testing.T) {
	slow := limits()
	slow.RequestTime = 300 * time.Millisecond
	srv, _ := serve(t, slow)
	// The head never ends.
	began := time.Now()
	c := dial(t, srv, "POST /v1/ingest/T HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n")
	if got := statusOf(c); got != "" && !strings.Contains(got, "408") {
		t.Errorf("a head that does not end: %q", got)
	}
	// The body never ends.
	c = dial(t, srv, "POST /v1/ingest/T HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"n\":1}\n")
	if got := statusOf(c); !strings.HasPrefix(got, "HTTP/1.1 4") {
		t.Errorf("a body that does not end: %q", got)
	}
	c = dial(t, srv, "POST /v1/rest/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"csl\":")
	if got := statusOf(c); !strings.Contains(got, "408") {
		t.Errorf("a query that does not end: %q", got)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("they were ended after %s", took)
	}
	if got := ask(t, srv, "T | count"); !strings.HasPrefix(got, "400") {
		t.Errorf("a part of the body was stored: %s", got)
	}
}

// Whoever sends a body slowly has no place that others wait for, and a body that ends
// early is told so.
func TestSlowBodiesHoldNobodyUp(t *testing.T) {
	one := limits()
	one.Bodies = 1
	srv, _ := serve(t, one)
	for range 5 {
		dial(t, srv, "POST /v1/ingest/T HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{\"n\":1}\n")
	}
	if status, text := post(t, srv.URL+"/v1/ingest/T", `{"n":2}`); status != http.StatusOK {
		t.Errorf("another body: %d %s", status, text)
	}
	for _, path := range []string{"/v1/ingest/T", "/dataCollectionRules/r/streams/Custom-T", "/v1/rest/ingest/db/T?streamFormat=json"} {
		c := dial(t, srv, "POST "+path+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{\"n\":1}\n")
		if err := c.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
		if got := statusOf(c); !strings.Contains(got, " 400 ") {
			t.Errorf("%s: a body that ends early: %q", path, got)
		}
	}
	want(t, "rows", ask(t, srv, "T | count"), "[[1]]")
}

// Small records that have nothing in common would take memory for each field of each.
func TestRecordsWithNothingInCommon(t *testing.T) {
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, "{\"k%d\":1}\n", i)
	}
	large := limits()
	large.Body = 64 << 20
	srv, _ := serve(t, large)
	if status, text := post(t, srv.URL+"/v1/ingest/T", b.String()); status != http.StatusRequestEntityTooLarge || !strings.Contains(text, "values") {
		t.Errorf("many: %d %s", status, text)
	}
	few, _, _ := strings.Cut(b.String(), `{"k1000"`)
	if status, text := post(t, srv.URL+"/v1/ingest/T", few); status != http.StatusOK {
		t.Errorf("few: %d %s", status, text)
	}
}

// A field that should not be the table's name makes no thousands of tables.
func TestManyNewTables(t *testing.T) {
	srv, _ := serve(t, limits())
	var b strings.Builder
	for i := range 501 {
		fmt.Fprintf(&b, "{\"Type\":\"T%d_CL\",\"n\":1}\n", i)
	}
	if status, text := post(t, srv.URL+"/v1/ingest", b.String()); status != http.StatusBadRequest || !strings.Contains(text, "501 tables") {
		t.Errorf("%d %s", status, text)
	}
}

// A query may take longer than sending it.
func TestAQueryTakesItsTime(t *testing.T) {
	quick := limits()
	quick.RequestTime = 200 * time.Millisecond
	srv, _ := serve(t, quick)
	began := time.Now()
	for n := 1_000_000; time.Since(began) < time.Second; n *= 2 {
		began = time.Now()
		want(t, "rows", ask(t, srv, fmt.Sprintf("range x from 1 to %d step 1 | where hash(x) %% 7 == 8 | count", n)), "[[0]]")
	}
}

// What is too large or too deep is refused with a clear answer.
func TestLargeAndDeepRequests(t *testing.T) {
	srv, _ := serve(t, limits())
	c := dial(t, srv, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: "+strings.Repeat("a", 100<<10)+"\r\n\r\n")
	if got := statusOf(c); !strings.Contains(got, "431") {
		t.Errorf("a large head: %q", got)
	}
	for name, test := range map[string]struct {
		path, body string
		want       int
	}{
		"a query of deep JSON":      {"/v1/rest/query", `{"csl":"print 1","properties":` + strings.Repeat(`{"a":`, 100000), 400},
		"a deep query":              {"/v1/rest/query", `{"csl":"print ` + strings.Repeat("(", 100000) + `"}`, 400},
		"a large query":             {"/v1/rest/query", `{"csl":"` + strings.Repeat("x", 5<<20) + `"}`, 413},
		"a deep command":            {"/v1/rest/mgmt", `{"csl":".show tables ` + strings.Repeat("(", 100000) + `"}`, 400},
		"a command of many words":   {"/v1/rest/mgmt", `{"csl":".create table T ` + strings.Repeat("a ", 100000) + `"}`, 400},
		"deep records":              {"/v1/ingest/T", strings.Repeat(`{"a":`, 100000), 400},
		"records within an array":   {"/v1/ingest/T", strings.Repeat("[", 100000) + strings.Repeat("]", 100000), 400},
		"a mapping that never ends": {"/v1/rest/mgmt", `{"csl":".create table T ingestion json mapping 'm' '` + strings.Repeat("[", 100000) + `'"}`, 400},
	} {
		began := time.Now()
		status, text := post(t, srv.URL+test.path, test.body)
		if status != test.want || !strings.Contains(text, `"message"`) || len(text) > 64<<10 {
			t.Errorf("%s: %d %.300s (%d bytes)", name, status, text, len(text))
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: refused after %s", name, took)
		}
	}
}

// Connections that do nothing keep nobody out: neither those that have sent nothing or a
// part of a head, nor those that wait for their next request.
func TestManyConnections(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"nothing": "", "a part of a head": "GET /healthz HTTP/1.1\r\n", "a request before": "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
		"a part of a body": "POST /v1/rest/query HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n{",
	} {
		few := limits()
		few.Connections = 4
		srv, _ := serve(t, few)
		for range 12 {
			dial(t, srv, text)
		}
		began := time.Now()
		c := dial(t, srv, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
		if got := statusOf(c); !strings.Contains(got, "200") {
			t.Errorf("%s: %q", name, got)
		}
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("%s: answered after %s", name, took)
		}
	}
}

// A connection whose request is worked on has its place, whoever waits.
func TestConnectionsAtWork(t *testing.T) {
	t.Parallel()
	one := limits()
	one.Connections = 1
	srv, _ := serve(t, one)
	body := "{\"n\":1}\n"
	c := dial(t, srv, fmt.Sprintf("POST /v1/ingest/T HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s", 2*len(body), body))
	other := dial(t, srv, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
	time.Sleep(500 * time.Millisecond)
	if _, err := io.WriteString(c, body); err != nil {
		t.Fatal(err)
	}
	for _, c := range []net.Conn{c, other} {
		if got := statusOf(c); !strings.Contains(got, "200") {
			t.Errorf("%q", got)
		}
	}
}

// A body comes at a rate, whatever it is for.
func TestDrippedBodies(t *testing.T) {
	t.Parallel()
	srv, _ := serve(t, limits())
	began := time.Now()
	open := map[string]net.Conn{}
	for _, route := range []string{"POST /v1/ingest/T", "POST /v1/rest/query", "POST /v2/rest/query", "POST /v1/rest/mgmt", "POST /v1/workspaces/w/query", "POST /v1/rest/ingest/db/T?streamFormat=json"} {
		open[route] = dial(t, srv, route+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n{")
	}
	for route, c := range open {
		if got := statusOf(c); !strings.Contains(got, "408") && !strings.Contains(got, "400") {
			t.Errorf("%s: %q", route, got)
		}
	}
	if took := time.Since(began); took > 18*time.Second {
		t.Errorf("they were ended after %s", took)
	}
}

// A request that is refused for its head is answered before its body comes.
func TestRefusedBeforeItsBody(t *testing.T) {
	srv, _ := serve(t, limits(), config.Token{Name: "t", SHA256: strings.Repeat("0", 64), Roles: []config.Role{config.Reader}})
	began := time.Now()
	for route, want := range map[string]string{"POST /v1/ingest/T": "401", "POST /v1/rest/query": "401", "POST /nowhere": "404", "PUT /healthz": "405"} {
		c := dial(t, srv, route+" HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n{")
		if got := statusOf(c); !strings.Contains(got, want) {
			t.Errorf("%s: %q", route, got)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("they were answered after %s", took)
	}
}

// While all places are taken by queries, requests are told to come again, and
// commands that only look still answer.
func TestBusy(t *testing.T) {
	one := limits()
	one.Queries = 1
	srv, _ := serve(t, one)
	done := make(chan struct{})
	go func() {
		defer close(done)
		req, err := http.NewRequest(http.MethodPost, srv.URL+"/v1/rest/query", strings.NewReader(`{"csl":"range x from 1 to 100000000000 step 1 | where x % 7 == 8 | count"}`))
		if err != nil {
			t.Error(err)
			return
		}
		req.Header.Set("x-ms-client-request-id", "long")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Error(err)
			return
		}
		resp.Body.Close()
	}()
	for range 200 {
		if manage(t, srv, ".show running queries | where ClientActivityId == 'long' | count") == "[[1]]" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := ask(t, srv, "print 1"); !strings.HasPrefix(got, "429") {
		t.Error(got)
	}
	want(t, "cancel", manage(t, srv, ".cancel query 'long' | count"), "[[1]]")
	<-done
	want(t, "rows", ask(t, srv, "print 1"), "[[1]]")
}

// Every request has an id, the client's or one made here, and it is in the answer.
func TestRequestIDs(t *testing.T) {
	srv, _ := serve(t, limits())
	for given, same := range map[string]bool{"": false, "KE.RunQuery;1": true, strings.Repeat("x", 1000): false, "a\x01b": false} {
		req, err := http.NewRequest(http.MethodGet, srv.URL+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		if given != "" && !strings.Contains(given, "\x01") {
			req.Header.Set("x-ms-client-request-id", given)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		got := resp.Header.Get("x-ms-client-request-id")
		if got == "" || resp.Header.Get("x-ms-activity-id") == "" || (got == given) != same {
			t.Error(fmt.Sprintf("%.20q", given), got)
		}
	}
}

// A name that no folder can have is the sender's mistake.
func TestTableNameTooLong(t *testing.T) {
	srv, s := serve(t, limits())
	for _, name := range []string{strings.Repeat("n", 3000), strings.Repeat("%C3%A9", 100)} {
		status, text := post(t, srv.URL+"/v1/ingest/"+name, `{"a":1}`)
		if status != http.StatusBadRequest || !strings.Contains(text, "too long") {
			t.Errorf("status %d: %s", status, text)
		}
	}
	if names := s.Snapshot().Names(); len(names) != 0 {
		t.Errorf("tables are %v", names)
	}
	if status, text := post(t, srv.URL+"/v1/ingest/"+strings.Repeat("n", 200), `{"a":1}`); status != http.StatusOK {
		t.Errorf("status %d: %s", status, text)
	}
}
