package telemetry_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/calypso-kql/calypso/telemetry"
)

// A collector takes traces as JSON, and answers as it is told: the last answer is
// given again and again.
type collector struct {
	t       *testing.T
	answers []func(http.ResponseWriter)

	mu       sync.Mutex
	requests int
	header   http.Header
	spans    map[string]sent // by name
	texts    string
}

type sent struct {
	TraceID, SpanID, ParentSpanID, StartTimeUnixNano, EndTimeUnixNano string
	Kind                                                              int
	Status                                                            struct{ Code int }
	Attributes                                                        []struct {
		Key   string
		Value map[string]any
	}
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var got struct {
		ResourceSpans []struct {
			ScopeSpans []struct{ Spans []json.RawMessage }
		}
	}
	if err == nil {
		err = json.Unmarshal(body, &got)
	}
	if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/json" {
		c.t.Errorf("%s %s: %v", r.URL.Path, r.Header.Get("Content-Type"), err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.header, c.texts = r.Header, c.texts+string(body)
	for _, rs := range got.ResourceSpans {
		for _, ss := range rs.ScopeSpans {
			for _, raw := range ss.Spans {
				var s sent
				var name struct{ Name string }
				if json.Unmarshal(raw, &s) != nil || json.Unmarshal(raw, &name) != nil {
					c.t.Errorf("span %s", raw)
				}
				c.spans[name.Name] = s
			}
		}
	}
	if len(c.answers) > 0 {
		c.answers[min(c.requests, len(c.answers)-1)](w)
	}
	c.requests++
}

func newCollector(t *testing.T, answers ...func(http.ResponseWriter)) (*collector, string) {
	c := &collector{t: t, answers: answers, spans: map[string]sent{}}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	return c, s.URL
}

// A request's spans reach the collector, in the trace of whoever has sent it.
func TestTraces(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer%20abc, x-tenant = 7")
	c, url := newCollector(t)
	o := observer(t, url)
	r := httptest.NewRequest(http.MethodPost, "/v1/rest/query", nil)
	r.Header.Set("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
	ctx, done := o.Request(r)
	_, ran := o.Phase(ctx, "run")
	ran(errors.New("the secret value of a row"))
	done("POST /v1/rest/query", 500)
	o.Worked("seal", "T", now, nil)
	if err := o.Traces.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	request, run, work := c.spans["POST /v1/rest/query"], c.spans["run"], c.spans["store seal"]
	if request.ParentSpanID != "b7ad6b7169203331" || request.TraceID != "0af7651916cd43dd8448eb211c80319c" || request.Kind != 2 || request.Status.Code != 2 {
		t.Errorf("the request's span is %+v", request)
	}
	if run.ParentSpanID != request.SpanID || run.TraceID != request.TraceID || run.Status.Code != 2 || len(c.spans) != 3 {
		t.Errorf("spans %+v", c.spans)
	}
	if work.ParentSpanID != "" || work.StartTimeUnixNano != "1772452800000000000" || work.EndTimeUnixNano <= work.StartTimeUnixNano || work.Status.Code != 0 {
		t.Errorf("the span of work is %+v", work)
	}
	status := ""
	for _, a := range request.Attributes {
		if a.Key == "http.response.status_code" {
			status, _ = a.Value["intValue"].(string)
		}
	}
	if status != "500" {
		t.Errorf("attributes %+v", request.Attributes)
	}
	if strings.Contains(c.texts, "secret") {
		t.Error("a span has what an error says")
	}
	if !strings.Contains(c.texts, `{"key":"service.version","value":{"stringValue":"1.2.3"}}`) {
		t.Errorf("the request does not say which program it is from: %s", c.texts)
	}
	if c.header.Get("Authorization") != "Bearer abc" || c.header.Get("X-Tenant") != "7" {
		t.Errorf("header %v", c.header)
	}
}

// Spans are sent again where the collector asks for it, and not where it has
// refused them.
func TestTracesAgain(t *testing.T) {
	answer := func(status int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { w.WriteHeader(status) }
	}
	for _, c := range []struct {
		name     string
		answers  []func(http.ResponseWriter)
		requests int
	}{
		{"busy", []func(http.ResponseWriter){answer(503), answer(200)}, 2},
		{"refused", []func(http.ResponseWriter){answer(400)}, 1},
		{"partly", []func(http.ResponseWriter){func(w http.ResponseWriter) {
			io.WriteString(w, `{"partialSuccess":{"rejectedSpans":"1","errorMessage":"too old"}}`)
		}}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to, url := newCollector(t, c.answers...)
			o := observer(t, url)
			o.Worked("seal", "T", now, nil)
			if err := o.Traces.Close(context.Background()); err != nil {
				t.Log(err) // what the collector has refused
			}
			to.mu.Lock()
			defer to.mu.Unlock()
			if to.requests != c.requests {
				t.Errorf("%d requests, want %d", to.requests, c.requests)
			}
		})
	}
}

func TestTracesRefused(t *testing.T) {
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "a token")
	if _, err := telemetry.NewTraces("http://localhost:4318", 1, "1.2.3"); err == nil || !strings.Contains(err.Error(), "OTEL_EXPORTER_OTLP_HEADERS is no list of key=value") {
		t.Errorf("headers that are none give %v", err)
	}
}
