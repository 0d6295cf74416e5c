package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// workspaceAsks asks as clients of the Log Analytics query API do.
func workspaceAsks(t *testing.T, address, query, timespan string, header ...string) (int, string) {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"query": query, "timespan": timespan})
	return post(t, address+"/v1/workspaces/11111111-2222-3333-4444-555555555555/query", string(body), header...)
}

func TestWorkspaceQuery(t *testing.T) {
	srv, _ := serve(t, limits())
	status, text := workspaceAsks(t, srv.URL, "print a=1, s='x', d=dynamic({'k':[1,'z']}), t=datetime(2026-03-01), g=timespan(1h), r=real(nan), n=dynamic(null) | render barchart with (title='T')", "")
	want(t, "an answer", text, `{"tables":[{"name":"PrimaryResult","columns":[{"name":"a","type":"long"},{"name":"s","type":"string"},{"name":"d","type":"dynamic"},`+
		`{"name":"t","type":"datetime"},{"name":"g","type":"timespan"},{"name":"r","type":"real"},{"name":"n","type":"dynamic"}],`+
		`"rows":[[1,"x","{\"k\":[1,\"z\"]}","2026-03-01T00:00:00Z","01:00:00","NaN",null]]}]}`)
	if status != http.StatusOK {
		t.Error(status)
	}
	_, text = workspaceAsks(t, srv.URL, "print 1 | render barchart with (title='T')", "", "Prefer", "wait=600,include-statistics=true, include-render=true")
	for _, part := range []string{`"visualization":"barchart"`, `"title":"T"`, `"yMin":"NaN"`, `"statistics":{"query":{"datasetStatistics":[{"tableRowCount":1}],"executionTime":0}}`} {
		if !strings.Contains(text, part) {
			t.Errorf("%s is not in %s", part, text)
		}
	}
	status, text = workspaceAsks(t, srv.URL, "print x", "")
	if status != http.StatusBadRequest || !strings.Contains(text, "KS142") {
		t.Errorf("%d %s", status, text)
	}
}

// The time span limits every table, besides what the query says.
func TestTimespan(t *testing.T) {
	srv, _ := serve(t, limits())
	body := ""
	for _, hour := range []string{"01T00", "01T12", "02T00", "02T11", "02T12"} {
		body += `{"TimeGenerated":"2026-03-` + hour + `:00:00Z","Computer":"c"}` + "\n"
	}
	if status, text := post(t, srv.URL+"/v1/ingest/Heartbeat", body); status != http.StatusOK {
		t.Fatal(text)
	}
	for _, c := range []struct{ span, want string }{ // now is the 2nd, 12:00
		{"", "5"},
		{"PT1H", "2"},
		{"P1D", "4"},
		{"P1DT12H", "5"},
		{"PT30M", "1"},
		{"P0.5D", "3"},
		{"P1W", "5"},
		{"2026-03-01T12:00:00Z/2026-03-02T00:00:00Z", "2"},
		{"2026-03-01/P1D", "3"},
		{"PT12H/2026-03-02T00:00:00.000Z", "2"},
		{"2026-03-01T12:00:00+12:00/PT0S", "1"},
		{"2026-03-03/2026-03-04", "0"},
	} {
		status, text := workspaceAsks(t, srv.URL, "Heartbeat | count", c.span)
		if status != http.StatusOK || !strings.Contains(text, `"rows":[[`+c.want+`]]`) {
			t.Errorf("%s: %d %s, want %s", c.span, status, text, c.want)
		}
	}
	for span, part := range map[string]string{
		"P": "no duration", "PT": "no duration", "P1": "no duration", "PH": "no duration", "1D": "no duration", "P1M": "in days", "P1Y": "in days",
		"P1D/P1D": "two durations", "2026-03-02/2026-03-01": "ends before", "yesterday/PT1H": "no time", "P999999D": "outside", "P1e9D": "no duration", "P1DT": "no duration",
	} {
		status, text := workspaceAsks(t, srv.URL, "Heartbeat | count", span)
		if status != http.StatusBadRequest || !strings.Contains(text, part) {
			t.Errorf("%s: %d %s, want %q", span, status, text, part)
		}
	}
}

// A query may be in the address; what is no query of this workspace is refused.
func TestWorkspaceRequests(t *testing.T) {
	srv, _ := serve(t, limits())
	resp, err := http.Get(srv.URL + "/v1/workspaces/w/query?timespan=PT1H&query=" + url.QueryEscape("print 7"))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(text), `"rows":[[7]]`) {
		t.Errorf("%v %s", err, text)
	}
	for body, part := range map[string]string{
		`{"query":""}`: "no query", `{`: "the body is not", `{"query":".show tables"}`: "/v1/rest/mgmt", `{"query":"print 1","workspaces":["other"]}`: "one workspace",
	} {
		status, text := post(t, srv.URL+"/v1/workspaces/w/query", body)
		if status != http.StatusBadRequest || !strings.Contains(text, part) {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
	if status, text := post(t, srv.URL+"/v1/workspaces/w/query", `{"query":"print 1","workspaces":["w"]}`); status != http.StatusOK {
		t.Errorf("%d %s", status, text)
	}
}
