package command_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/internal/script"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/workspace"
)

var update = script.UpdateFlag()

var now = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// A bench is a store and what runs commands over it.
type bench struct {
	store    *store.Store
	catalog  *catalog.Catalog
	runner   *command.Runner
	engine   *kql.Engine
	library  *command.Library
	requests command.Requests
	failures command.Failures
	may      func(string) bool
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{}
	var err error
	if b.store, err = store.Open(t.TempDir(), store.Options{Now: func() time.Time { return now }}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.store.Close() })
	b.library = command.NewLibrary(b.store)
	if b.catalog, err = catalog.Open(catalog.Sentinel); err != nil {
		t.Fatal(err)
	}
	if b.engine, err = kql.New(); err != nil {
		t.Fatal(err)
	}
	b.runner, err = command.New(command.Options{
		Store: b.store, Engine: b.engine, Now: func() time.Time { return now }, Requests: &b.requests, Failures: &b.failures, Version: "1.2.3",
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bench) session(t *testing.T) *command.Session {
	t.Helper()
	library, err := b.library.Functions()
	if err != nil {
		t.Fatal(err)
	}
	ticks, _ := types.TicksOf(now)
	return &command.Session{
		May: b.may, Admin: true, Catalog: workspace.New(b.catalog, b.store.Snapshot(), workspace.WithFunctions(library)),
		Run: kql.RunOptions{Now: ticks, Session: kql.Session{Database: command.Database, User: "ada"}},
	}
}

// run runs a command or a query.
func (b *bench) run(t *testing.T, text string) ([]kql.Table, error) {
	t.Helper()
	s := b.session(t)
	if !command.IsCommand(text) {
		q, diags := b.engine.Compile(text, s.Catalog)
		for _, d := range diags {
			return nil, errors.New(d.Message)
		}
		return q.Run(context.Background(), s.Run)
	}
	st, err := b.runner.Parse(text)
	if err != nil {
		return nil, err
	}
	return b.runner.Run(context.Background(), st, s)
}

func csv(t *testing.T, tables []kql.Table) string {
	t.Helper()
	var out bytes.Buffer
	if err := output.Write(&out, output.CSV, tables, output.Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestScripts runs the golden scripts. The cases of a file are commands and queries
// over one store, one after the other. The views are
//
//	run     the rows of the answer, as CSV
//	schema  its columns
//	error   what is wrong
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.test")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b := newBench(t)
		script.Run(t, file, *update, map[string]script.View{
			"run": func(t *testing.T, text string) string {
				tables, err := b.run(t, text)
				if err != nil {
					t.Fatal(err)
				}
				return csv(t, tables)
			},
			"schema": func(t *testing.T, text string) string {
				tables, err := b.run(t, text)
				if err != nil {
					t.Fatal(err)
				}
				return tables[0].Schema.String()
			},
			"error": func(t *testing.T, text string) string {
				tables, err := b.run(t, text)
				if err == nil {
					t.Fatalf("no error, but\n%s", csv(t, tables))
				}
				return err.Error()
			},
		})
	}
}

// Every command is declared so that it can be read, and says what it does.
func TestDeclarations(t *testing.T) {
	for _, d := range command.Declarations() {
		if d.Instead == "" && !strings.HasSuffix(d.Doc, ".") {
			t.Errorf(".%s: its Doc is no sentence", d.Syntax)
		}
	}
}

// A caller sees and touches the tables of its token only.
func TestScope(t *testing.T) {
	b := newBench(t)
	for _, text := range []string{".create table Mine (a: long)", ".create table Other (a: long)", ".append Other <| print a = 1"} {
		if _, err := b.run(t, text); err != nil {
			t.Fatal(err)
		}
	}
	b.may = func(table string) bool { return table == "Mine" }
	for _, text := range []string{
		".show table Other details", ".show tables (Mine, Other)", ".drop table Other ifexists", ".rename table Mine to Other", ".rename tables Other = Mine",
		".create table Third (a: long)", ".create tables Third (a: long)", ".create-merge tables Other (b: long)", ".create table Mine2 based-on Other", ".create table Third based-on Mine",
		".alter column Other.a type=string", ".drop column Other.a", ".clear table Other data", ".ingest inline into table Other <| 1", ".set Third <| print 1",
		".set-or-append Other <| print 1", ".delete table Other records <| Other | where a == 1", ".purge table Other records <| where a == 1",
		".alter-merge table Other policy retention softdelete = 1d", ".create table Other ingestion json mapping 'm' '[]'", ".show table Other extents",
	} {
		_, err := b.run(t, text)
		var forbidden *command.Forbidden
		if !errors.As(err, &forbidden) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{".show tables", ".show tables details", ".show database schema", ".show database schema as json", ".show database schema as csl script",
		".show databases entities", ".show cluster extents", ".show table * policy retention", ".show database cslschema"} {
		tables, err := b.run(t, text)
		if err != nil {
			t.Fatal(err)
		}
		if got := csv(t, tables); strings.Contains(got, "Other") || !strings.Contains(got, "Mine") && !strings.Contains(text, "extents") {
			t.Errorf("%s answers\n%s", text, got)
		}
	}
}

// A query that runs can be listed and ended, by whoever has begun it.
func TestRequests(t *testing.T) {
	b := newBench(t)
	ctx, end := b.requests.Begin(context.Background(), command.Request{Activity: "c1", Text: "T", User: "ada", Started: now.Add(-time.Second)})
	_, other := b.requests.Begin(context.Background(), command.Request{Activity: "c2", Text: "U", User: "ben", Started: now})
	defer other(0, now, nil)
	run := func(text string, admin bool) string {
		t.Helper()
		st, err := b.runner.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s := b.session(t)
		s.Admin = admin
		tables, err := b.runner.Run(context.Background(), st, s)
		if err != nil {
			return err.Error()
		}
		return strings.TrimSpace(csv(t, tables))
	}
	const columns = " | project ClientActivityId, Text, Duration, State, User, FailureReason"
	check := func(text string, admin bool, want string) {
		t.Helper()
		if got := run(text, admin); !strings.Contains(got, want) {
			t.Errorf("%s is\n%s\nwant\n%s", text, got, want)
		}
	}
	check(".show running queries"+columns, false, "ClientActivityId,Text,Duration,State,User,FailureReason\nc1,T,00:00:01,InProgress,ada,")
	check(".show running queries by * | count", true, "Count\n2")
	check(".cancel query 'c2'", false, "no request with the id 'c2' runs")
	check(".cancel query 'c1' with (reason='too slow')"+columns, false, "c1")
	<-ctx.Done()
	err := command.Cause(ctx, fmt.Errorf("scan: %w", ctx.Err()))
	if !errors.Is(err, command.ErrCanceled) || !strings.Contains(err.Error(), "too slow") {
		t.Errorf("error is %v", err)
	}
	end(0, now, err)
	check(".show queries"+columns+" | where ClientActivityId == 'c1'", false, "c1,T,00:00:01,Canceled,ada,the request was canceled: too slow")
	check(".cancel query 'c1'", true, "no request with the id 'c1' runs")
}
