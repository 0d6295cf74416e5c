package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestUnknownPaths are answered as routes answer that fail; a method that a path does not
// have, with those that it has.
func TestUnknownPaths(t *testing.T) {
	srv, _ := serve(t, limits())
	for _, c := range []struct{ method, path, want, allow string }{
		{"GET", "/v1/rest/nowhere", "404 NotFound there is nothing at /v1/rest/nowhere", ""},
		{"POST", "/v1/incidentz", "404 NotFound there is nothing at /v1/incidentz", ""},
		{"GET", "/v1/rest/query", "405 MethodNotAllowed /v1/rest/query takes no GET: want POST", "POST"},
		{"DELETE", "/v1/workspaces/w/query", "405 MethodNotAllowed /v1/workspaces/w/query takes no DELETE: want GET, HEAD, POST", "GET, HEAD, POST"},
		{"OPTIONS", "/v1/ingest/T", "405 MethodNotAllowed /v1/ingest/T takes no OPTIONS: want POST", "POST"},
		{"GET", "/", "404 NotFound there is nothing at /", ""},
		{"GET", "//healthz", "200  ", ""}, // after a redirect
	} {
		req, err := http.NewRequest(c.method, srv.URL+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		var says struct {
			Error struct{ Code, Message string }
		}
		if err := json.Unmarshal(body, &says); err != nil {
			t.Errorf("%s %s: %v in %s", c.method, c.path, err, body)
		}
		got := strings.Fields(resp.Status)[0] + " " + says.Error.Code + " " + says.Error.Message
		if !strings.HasPrefix(got, c.want) || resp.Header.Get("Allow") != c.allow || !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
			t.Errorf("%s %s: got %q, Allow %q, %s", c.method, c.path, got, resp.Header.Get("Allow"), resp.Header.Get("Content-Type"))
		}
	}
}
