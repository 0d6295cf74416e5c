package kql_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/internal/script"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
)

var update = script.UpdateFlag()

// now is now() in every golden: 2026-03-01 12:00 UTC.
var now = types.DaysOfDate(2026, 3, 1)*types.TicksPerDay + 12*types.TicksPerHour

// configurations are the ways to run a query; the answer is the same for all.
var configurations = []kql.RunOptions{
	{BatchRows: 1024, Workers: 1},
	{BatchRows: 1, Workers: 1},
	{BatchRows: 3, Workers: 4},
	{BatchRows: 1024, Workers: 4},
	{BatchRows: 3, Workers: 1, NoOptimize: true},
	{BatchRows: 1024, Workers: 4, NoOptimize: true},
}

// TestScripts runs the golden scripts. The views are
//
//	schema  the columns of each table of the answer
//	run     its rows, as CSV, in the order in which they come, which is stable
//	error   the diagnostics, or why the run failed
//	plan    the plan as it is executed
func TestScripts(t *testing.T) {
	engine, err := kql.New()
	if err != nil {
		t.Fatal(err)
	}
	views := map[string]script.View{
		"schema": func(t *testing.T, text string) string { return schemaView(t, engine, text) },
		"run":    func(t *testing.T, text string) string { return runView(t, engine, text) },
		"error":  func(t *testing.T, text string) string { return errorView(t, engine, text) },
		"plan":   func(t *testing.T, text string) string { return planView(t, engine, text) },
	}
	for _, glob := range []string{"testdata/operators/*.test", "testdata/functions/*.test", "testdata/semantics/*.test", "testdata/plans/*.test"} {
		script.Run(t, glob, *update, views)
	}
}

func compile(t *testing.T, e *kql.Engine, text string) *kql.Query {
	t.Helper()
	q, diags := e.Compile(text, kql.Tables{})
	for _, d := range diags {
		if d.Severity == syntax.Error {
			t.Fatalf("the query is wrong:\n%s", syntax.Render(text, diags))
		}
	}
	return q
}

func schemaView(t *testing.T, e *kql.Engine, text string) string {
	var b strings.Builder
	for _, s := range compile(t, e, text).Results() {
		fmt.Fprintln(&b, s)
	}
	return b.String()
}

func planView(t *testing.T, e *kql.Engine, text string) string {
	p, err := compile(t, e, text).Optimized(kql.RunOptions{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, r := range p.Results {
		b.WriteString(plan.Print(r.Root))
	}
	return b.String()
}

// runView runs the query under every configuration and returns the rows.
func runView(t *testing.T, e *kql.Engine, text string) string {
	q := compile(t, e, text)
	first := ""
	for i, o := range configurations {
		o.Now = now
		tables, err := q.Run(context.Background(), o)
		if err != nil {
			t.Fatalf("with %+v: %v", o, err)
		}
		got := rowsText(t, tables)
		if i == 0 {
			first = got
		} else if got != first {
			t.Errorf("the answer depends on how the query is run: with %+v it is\n%s\nwith %+v\n%s", o, got, configurations[0], first)
		}
	}
	checkFleeting(t, e, text, first)
	return first
}

func rowsText(t *testing.T, tables []kql.Table) string {
	var out strings.Builder
	for _, table := range tables {
		var b bytes.Buffer
		if err := output.Write(&b, output.CSV, []kql.Table{table}, output.Options{}); err != nil {
			t.Fatal(err)
		}
		out.WriteString(b.String())
	}
	return out.String()
}

func errorView(t *testing.T, e *kql.Engine, text string) string {
	q, diags := e.Compile(text, kql.Tables{})
	if len(diags) > 0 {
		return syntax.Render(text, diags)
	}
	_, err := q.Run(context.Background(), kql.RunOptions{Now: now})
	if err == nil {
		t.Fatal("no error")
	}
	return err.Error()
}
