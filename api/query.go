package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/exec"
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

// asked is a text that a client has sent.
type asked struct {
	text    string
	request kql.Request
	// activity is the client's id of the request.
	activity string
	options  kql.RunOptions
}

// query answers a query or, as clients send them here, too, a command.
func (s *server) query(w http.ResponseWriter, r *http.Request, by caller) {
	s.ask(w, r, by, mayQuery(by), protocol{s.readAsked, writeV1})
}

// queryV2 is query in version 2 of the protocol, which Kusto's own clients ask queries in.
func (s *server) queryV2(w http.ResponseWriter, r *http.Request, by caller) {
	s.ask(w, r, by, mayQuery(by), protocol{s.readAsked, writeV2})
}

// mayQuery returns what refuses a query of a caller that may not read.
func mayQuery(by caller) func(*asked) error {
	return func(a *asked) error {
		if !command.IsCommand(a.text) && !by.is(config.Reader) {
			return &refusal{http.StatusForbidden, "Forbidden", fmt.Sprintf("the token %s does not have the role reader", by.name)}
		}
		return nil
	}
}

// A protocol is how clients ask, and want to be answered.
type protocol struct {
	read  func(w http.ResponseWriter, r *http.Request, by caller) (*asked, error)
	write func(w io.Writer, a *asked, d output.DataSet) error
}

// ask answers what a client has sent, if check lets it through.
func (s *server) ask(w http.ResponseWriter, r *http.Request, by caller, check func(*asked) error, p protocol) {
	start := s.o.Now()
	a, err := p.read(w, r, by)
	if err == nil {
		err = check(a)
	}
	if err != nil {
		asking(w, err)
		return
	}
	ctx := r.Context()
	if s.o.Limits.QueryTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, s.o.Limits.QueryTime)
		defer cancel()
	}
	tables, err := s.answerTo(ctx, a, r, by)
	if err != nil {
		asking(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, written := s.o.Observer.Phase(ctx, "write")
	// A client that has gone is told nothing.
	ended := s.o.Now()
	written(p.write(w, a, output.DataSet{
		Results: tables, ClientRequestID: a.activity, ActivityID: w.Header().Get(activityID), Ended: ended, Took: ended.Sub(start),
	}))
}

// writeV1 writes an answer in version 1 of the protocol. That to a command has its one
// table only.
func writeV1(w io.Writer, a *asked, d output.DataSet) error {
	if command.IsCommand(a.text) {
		return output.Write(w, output.Kusto, d.Results, output.Options{})
	}
	return output.WriteV1(w, d)
}

// writeV2 writes an answer in version 2 of the protocol, cut as the request wants it.
func writeV2(w io.Writer, a *asked, d output.DataSet) error {
	var f output.Frames
	f.Lines, _ = a.request.Properties["results_v2_newlines_between_frames"].(bool)
	f.Fragmented, _ = a.request.Properties["results_v2_fragment_primary_tables"].(bool)
	if place, _ := a.request.Properties["results_error_reporting_placement"].(string); place == "end_of_table" {
		f.ErrorReportingPlacement = "EndOfTable"
	}
	return output.WriteV2(w, d, f)
}

// answerTo runs a query or a command, which is among those that run meanwhile.
func (s *server) answerTo(ctx context.Context, a *asked, r *http.Request, by caller) (tables []kql.Table, err error) {
	one := command.Request{Activity: a.activity, Text: a.text, User: by.name, Application: r.Header.Get("x-ms-app"), Started: s.o.Now()}
	run, heavy := s.run, true
	if command.IsCommand(a.text) {
		st, err := s.o.Commands.Parse(a.text)
		if err != nil {
			return nil, err
		}
		one.Command = st.Name()
		// What runs can be seen and ended whatever runs.
		heavy = st.Role() != config.Reader
		run = func(ctx context.Context, a *asked, by caller) ([]kql.Table, error) { return s.command(ctx, st, a, by) }
	}
	if heavy {
		leave, err := s.queries.enter(ctx)
		if err != nil {
			return nil, err
		}
		defer leave()
	}
	ctx, end := s.o.Requests.Begin(ctx, one)
	defer func() {
		var rows int64
		for i := range tables {
			rows += int64(tables[i].Rows())
		}
		end(rows, s.o.Now(), err)
	}()
	tables, err = run(ctx, a, by)
	return tables, command.Cause(ctx, err)
}

// run runs a query as of a snapshot of the store.
func (s *server) run(ctx context.Context, a *asked, by caller) ([]kql.Table, error) {
	tables := &allowed{Snapshot: s.o.Store.Snapshot(), by: by}
	_, compiled := s.o.Observer.Phase(ctx, "compile")
	q, diags := s.o.Engine.CompileRequest(ctx, a.text, s.o.Workspace(tables), a.request)
	compiled(nil)
	if refused := tables.refused.Load(); refused != nil {
		return nil, refused
	}
	for _, d := range diags {
		if d.Severity == syntax.Error {
			return nil, &command.Error{Text: a.text, Diagnostics: diags}
		}
	}
	ctx, ran := s.o.Observer.Phase(ctx, "run")
	out, err := q.Run(ctx, a.options)
	ran(err)
	return out, err
}

// catalog returns what the names of a caller's query mean.
func (s *server) catalog(by caller) bind.Catalog {
	return s.o.Workspace(&allowed{Snapshot: s.o.Store.Snapshot(), by: by})
}

// asking sends the error of a query or a command, with the status and the code that
// Kusto's clients know it by.
//
// Source: the Kusto documentation, "Kusto Data exceptions".
func asking(w http.ResponseWriter, err error) {
	var (
		large     *http.MaxBytesError
		body      *bodyError
		refused   *refusal
		forbidden *forbiddenError
		table     *command.Forbidden
		ended     *exec.Error
	)
	errors.As(err, &ended)
	switch {
	case errors.As(err, &large), errors.Is(err, store.ErrFull), errors.Is(err, errBusy), errors.Is(err, os.ErrDeadlineExceeded):
		failed(w, err)
	case errors.As(err, &body):
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", body)
	case errors.As(err, &refused):
		fail(w, refused.status, refused.code, refused)
	case errors.As(err, &forbidden):
		fail(w, http.StatusForbidden, "Forbidden", forbidden)
	case errors.As(err, &table):
		fail(w, http.StatusForbidden, "Forbidden", table)
	case errors.Is(err, command.ErrCanceled):
		fail(w, http.StatusBadRequest, "RequestCanceled", err)
	case ended != nil && ended.Kind == exec.Timeout:
		fail(w, http.StatusGatewayTimeout, "RequestExecutionTimeout", err)
	case ended != nil && ended.Kind == exec.TooLarge:
		fail(w, http.StatusBadRequest, "LimitsExceeded", err)
	case ended != nil && ended.Kind == exec.Memory:
		fail(w, http.StatusBadRequest, "LowMemoryCondition", err)
	case ended != nil && ended.Kind == exec.Internal:
		fail(w, http.StatusInternalServerError, "InternalServiceError", err)
	default:
		fail(w, http.StatusBadRequest, "General_BadRequest", err)
	}
}

// A bodyError says that a body is not what it should be.
type bodyError struct{ error }

// Unwrap is for errors.As.
func (e *bodyError) Unwrap() error { return e.error }

// readAsked reads the body of a query or a command.
func (s *server) readAsked(w http.ResponseWriter, r *http.Request, by caller) (*asked, error) {
	text, req, err := readQuery(http.MaxBytesReader(w, r.Body, maxQueryBytes))
	if err != nil {
		return nil, &bodyError{err}
	}
	return s.asked(w, r, by, text, req)
}

// asked returns a text that a client has sent, once the body has been read.
func (s *server) asked(w http.ResponseWriter, r *http.Request, by caller, text string, req kql.Request) (*asked, error) {
	// What was for sending the request is not for working on it: the server would
	// take a deadline that passes for a client that has gone.
	if err := http.NewResponseController(w).SetReadDeadline(time.Time{}); err != nil {
		return nil, err
	}
	now, _ := types.TicksOf(s.o.Now())
	return &asked{
		text: text, request: req, activity: activityOf(r.Context()),
		options: kql.RunOptions{
			Now: now, MemoryLimit: s.o.Limits.QueryMemory, MaxRows: kql.KustoMaxRows, MaxBytes: kql.KustoMaxBytes, Locations: s.o.Locations,
			Session: kql.Session{Database: command.Database, Cluster: r.Host, User: by.name},
		},
	}, nil
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
