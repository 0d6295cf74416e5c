package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/output"
	"github.com/calypso-kql/calypso/store"
)

// maxQueryBytes bounds the body of a query.
const maxQueryBytes = 4 << 20

// queryRequest is the body of a query.
//
// Source: the Kusto documentation, "Query/management HTTP request".
type queryRequest struct {
	DB  string `json:"db"`
	CSL string `json:"csl"`
	// Properties are an object, or the text of one.
	Properties json.RawMessage `json:"properties"`
}

type queryProperties struct {
	Options    map[string]any    `json:"Options"`
	Parameters map[string]string `json:"Parameters"`
}

// query answers a query as of a snapshot of the store.
func (s *server) query(w http.ResponseWriter, r *http.Request, by caller) {
	text, req, err := readQuery(http.MaxBytesReader(w, r.Body, maxQueryBytes))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		failed(w, err)
		return
	case err != nil:
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", err)
		return
	}
	q, diags := s.o.Engine.CompileRequest(text, s.o.Workspace(&allowed{s.o.Store.Snapshot(), by}), req)
	for _, d := range diags {
		if d.Severity == syntax.Error {
			fail(w, http.StatusBadRequest, "General_BadRequest", errors.New(strings.TrimRight(syntax.Render(text, diags), "\n")))
			return
		}
	}
	ctx := r.Context()
	if s.o.Limits.QueryTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.o.Limits.QueryTime)
		defer cancel()
	}
	now, _ := types.TicksOf(s.o.Now())
	tables, err := q.Run(ctx, kql.RunOptions{
		Now: now, MemoryLimit: s.o.Limits.QueryMemory, MaxRows: kql.KustoMaxRows, MaxBytes: kql.KustoMaxBytes,
		Session: kql.Session{Database: "calypso", Cluster: r.Host, User: by.name},
	})
	var forbidden *forbiddenError
	switch {
	case errors.As(err, &forbidden):
		fail(w, http.StatusForbidden, "Forbidden", forbidden)
		return
	case err != nil:
		fail(w, http.StatusBadRequest, "General_BadRequest", err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	// A client that has gone is told nothing.
	_ = output.Write(w, output.Kusto, tables, output.Options{})
}

// readQuery reads the body of a query.
func readQuery(body io.Reader) (text string, req kql.Request, err error) {
	var q queryRequest
	if err := json.NewDecoder(body).Decode(&q); err != nil {
		return "", req, fmt.Errorf(`the body is not {"db": …, "csl": …}: %w`, err)
	}
	if q.CSL == "" {
		return "", req, errors.New(`the body has no query: want it in "csl"`)
	}
	props := []byte(q.Properties)
	if len(props) > 0 && props[0] == '"' {
		var inner string
		if err := json.Unmarshal(props, &inner); err != nil {
			return "", req, fmt.Errorf("properties: %w", err)
		}
		props = []byte(inner)
	}
	var p queryProperties
	if len(props) > 0 {
		if err := json.Unmarshal(props, &p); err != nil {
			return "", req, fmt.Errorf("properties: %w", err)
		}
	}
	return q.CSL, kql.Request{Properties: p.Options, Parameters: p.Parameters}, nil
}

// allowed is a snapshot of which a caller may read some tables. It implements
// workspace.Tables.
type allowed struct {
	*store.Snapshot
	by caller
}

// Table implements workspace.Tables. A table that the caller may not read is
// there, and refuses to be read: an empty one would be a lie.
func (a *allowed) Table(name string) (plan.Source, bool) {
	t, ok := a.Snapshot.Table(name)
	if ok && !a.by.may(name) {
		return &forbiddenTable{t, &forbiddenError{a.by.name, name}}, true
	}
	return t, ok
}

// Names implements workspace.Tables: wildcards and search are about the tables
// that the caller may read.
func (a *allowed) Names() []string {
	var names []string
	for _, n := range a.Snapshot.Names() {
		if a.by.may(n) {
			names = append(names, n)
		}
	}
	return names
}

type forbiddenTable struct {
	plan.Source
	err error
}

// Open implements plan.Source.
func (t *forbiddenTable) Open(context.Context, plan.Scan) (column.Reader, error) { return nil, t.err }

type forbiddenError struct{ token, table string }

func (e *forbiddenError) Error() string {
	return fmt.Sprintf("the token %s is not for table %s", e.token, e.table)
}
