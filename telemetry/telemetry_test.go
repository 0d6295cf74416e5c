package telemetry_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/telemetry"
)

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// A clock goes on by a millisecond whenever it is asked.
func clock() func() time.Time {
	var mu sync.Mutex
	at := now
	return func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		at = at.Add(time.Millisecond)
		return at
	}
}

func observer(t *testing.T, endpoint string) *telemetry.Observer {
	t.Helper()
	traces, err := telemetry.NewTraces(endpoint, 1, "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	return &telemetry.Observer{Metrics: telemetry.NewMetrics("1.2.3"), Traces: traces, Now: clock()}
}

func TestMetrics(t *testing.T) {
	o := observer(t, "")
	s, err := store.Open(t.TempDir(), store.Options{Observer: o})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	in := intake.New(intake.Options{Store: s, Now: time.Now})
	o.Metrics.Watch(s, in, func() int { return 3 })
	in.Counters().Source("http", "").Rejected.Add(2)
	schema := types.NewSchema(types.Column{Name: "a", Type: types.Long})
	rows := column.NewBatch(5, []column.Column{column.NewConst(types.Long, int64(1), 5)})
	if _, err := s.Append(context.Background(), store.Batch{Rows: []store.Rows{{Table: "T", Schema: schema, Rows: rows}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Seal(); err != nil {
		t.Fatal(err)
	}
	_, done := o.Request(httptest.NewRequest(http.MethodPost, "/v1/ingest/T", nil))
	done("POST /v1/ingest/{table}", 200)
	_, done = o.Request(httptest.NewRequest("PROPFIND", "/nothing", nil))
	done("", 404)
	o.Waiting("query", 1)

	rec := httptest.NewRecorder()
	o.Metrics.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	got := rec.Body.String()
	for _, want := range []string{
		`calypso_http_requests_total{method="POST",route="/v1/ingest/{table}",status="200"} 1`,
		`calypso_http_requests_total{method="other",route="none",status="404"} 1`,
		`calypso_http_request_duration_seconds_count{method="POST",route="/v1/ingest/{table}"} 1`,
		`calypso_http_requests_waiting{kind="query"} 1`,
		`calypso_ingested_rows_total{table="T"} 5`,
		`calypso_intake_rejected_records_total{kind="http",source=""} 2`,
		`calypso_store_rows{table="T"} 5`, `calypso_store_hot_rows{table="T"} 0`, `calypso_store_segments{table="T"} 1`,
		`calypso_store_work_duration_seconds_count{work="seal"} 1`,
		`calypso_store_log_sync_duration_seconds_count 1`,
		`calypso_requests_running 3`, `calypso_ready 1`, `version="1.2.3"`, `go_goroutines `, "# TYPE calypso_store_log_bytes gauge",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the metrics lack %s", want)
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}
