package workspace_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/workspace"
)

// known knows the schemas of the catalog.
type known struct{ c *catalog.Catalog }

func (k known) Schema(table string) (types.Schema, bool) {
	t, ok := k.c.Table(table)
	return t.Schema, ok
}

// querier returns a querier over a table T of the records.
func querier(t *testing.T, table, records string) *workspace.Querier {
	t.Helper()
	c, err := catalog.Open(catalog.Sentinel)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "rows.json")
	if err := os.WriteFile(path, []byte(records), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := files.Open(context.Background(), []files.Spec{{Table: table, Path: path}}, files.Options{Tables: known{c}, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { set.Close() })
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	return workspace.NewQuerier(engine, workspace.New(c, set), kql.RunOptions{})
}

var at = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// ask returns the column of the answer as one text.
func ask(t *testing.T, q *workspace.Querier, text string) string {
	t.Helper()
	schema, batches, err := q.Query(context.Background(), text, at.Add(-time.Hour), at)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := column.Concat(schema, batches)
	if err != nil {
		t.Fatal(err)
	}
	c, err := whole.Column(0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	v := column.ViewOf[string](c)
	for i := range whole.Len() {
		out = append(out, v.At(i))
	}
	return strings.Join(out, " ")
}

// The window is open at its start and closed at its end, whatever the query
// says, also in its subqueries; now() is its end.
func TestWindow(t *testing.T) {
	q := querier(t, "SecurityAlert", `
{"SystemAlertId":"before","TimeGenerated":"2026-03-01T10:59:59.9999999Z"}
{"SystemAlertId":"start","TimeGenerated":"2026-03-01T11:00:00Z"}
{"SystemAlertId":"first","TimeGenerated":"2026-03-01T11:00:00.0000001Z"}
{"SystemAlertId":"end","TimeGenerated":"2026-03-01T12:00:00Z"}
{"SystemAlertId":"after","TimeGenerated":"2026-03-01T12:00:00.0000001Z"}
{"SystemAlertId":"timeless"}`)
	for text, want := range map[string]string{
		"SecurityAlert | project SystemAlertId":                                  "first end",
		"SecurityAlert | where TimeGenerated > ago(30d) | project SystemAlertId": "first end",
		"SecurityAlert | where TimeGenerated > ago(1m) | project SystemAlertId":  "end",
		"print tostring(now())":                                                                                          "2026-03-01T12:00:00.0000000Z",
		"print tostring(toscalar(SecurityAlert | count))":                                                                "2",
		"print x = 1 | join (SecurityAlert | extend x = 1) on x | project SystemAlertId":                                 "first end",
		"let a = materialize(SecurityAlert); a | union a | summarize n = count() by SystemAlertId | project tostring(n)": "2 2",
	} {
		if got := ask(t, q, text); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// Looked back at, a run has the rows that had arrived, and those that do not
// say when they did.
func TestDelay(t *testing.T) {
	q := querier(t, "Mixed_CL", `
{"Id":"early","TimeGenerated":"2026-03-01T11:30:00Z","_TimeReceived":"2026-03-01T11:31:00Z"}
{"Id":"edge","TimeGenerated":"2026-03-01T11:30:00Z","_TimeReceived":"2026-03-01T12:05:00Z"}
{"Id":"late","TimeGenerated":"2026-03-01T11:30:00Z","_TimeReceived":"2026-03-01T12:05:00.0000001Z"}
{"Id":"outside","TimeGenerated":"2026-03-01T10:30:00Z","_TimeReceived":"2026-03-01T11:31:00Z"}
{"Id":"unknown","TimeGenerated":"2026-03-01T11:30:00Z"}`)
	const text = "Mixed_CL | project Id"
	for delay, want := range map[time.Duration]string{5 * time.Minute: "early edge unknown", 0: "early unknown", time.Hour: "early edge late unknown"} {
		if got := ask(t, q.WithDelay(delay), text); got != want {
			t.Errorf("delay %s: got %q, want %q", delay, got, want)
		}
	}
	if got := ask(t, q, text); got != "early edge late unknown" {
		t.Errorf("without a delay: got %q", got)
	}
}

func TestQueryWithErrors(t *testing.T) {
	q := querier(t, "T", `{"a":"1"}`)
	_, _, err := q.Query(context.Background(), "T | where nothing == 1", at.Add(-time.Hour), at)
	if err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("error %v", err)
	}
	// What does not keep it from running is not told with it.
	_, _, err = q.Query(context.Background(), "T | summarize any(a) | where nothing == 1", at.Add(-time.Hour), at)
	if err == nil || !strings.HasPrefix(err.Error(), "the query has errors:\n1:30: error KS142") || strings.Contains(err.Error(), "obsolete") {
		t.Errorf("error %v", err)
	}
}
