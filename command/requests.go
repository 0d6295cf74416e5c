package command

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/kql/types"
)

// Requests are the queries and commands that run, and the last that have run. The
// zero Requests are empty; they are safe for concurrent use.
type Requests struct {
	mu      sync.Mutex
	running []*Request
	ended   []*Request // oldest first
}

// maxEnded is how many requests that have ended are remembered.
const maxEnded = 1000

// maxTextBytes is how much of a text is.
const maxTextBytes = 64 << 10

// A Request is a query or a command. Its fields do not change once it has ended.
type Request struct {
	// Activity is the client's id of it, Root the server's.
	Activity string
	Root     types.GUID128
	// Command is what the command is called, empty for a query.
	Command string
	Text    string
	User    string
	// Application is what the client calls itself.
	Application string
	Started     time.Time
	// Ended is zero while it runs; Reason says why it failed.
	Ended    time.Time
	Reason   string
	Rows     int64
	canceled string // why, if somebody has ended it
	cancel   context.CancelCauseFunc
}

// ErrCanceled is what a request ends with that .cancel query has ended.
var ErrCanceled = errors.New("the request was canceled")

type canceledError struct{ reason string }

func (e *canceledError) Error() string {
	if e.reason == "" {
		return ErrCanceled.Error()
	}
	return ErrCanceled.Error() + ": " + e.reason
}

func (e *canceledError) Unwrap() error { return ErrCanceled }

// Begin enters a request that begins now. The context that it returns ends when the
// request is canceled; end must be called when it has ended, with what it failed
// with.
func (r *Requests) Begin(ctx context.Context, q Request) (inner context.Context, end func(rows int64, at time.Time, err error)) {
	inner, cancel := context.WithCancelCause(ctx)
	if len(q.Text) > maxTextBytes {
		q.Text = strings.ToValidUTF8(q.Text[:maxTextBytes], "")
	}
	// An error of the system's source of randomness ends the program.
	_, _ = rand.Read(q.Root[:])
	q.cancel = cancel
	one := &q
	r.mu.Lock()
	r.running = append(r.running, one)
	r.mu.Unlock()
	return inner, func(rows int64, at time.Time, err error) {
		cancel(nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		one.Ended, one.Rows = at, rows
		if err != nil {
			one.Reason = err.Error()
		}
		r.running = slices.DeleteFunc(r.running, func(have *Request) bool { return have == one })
		if len(r.ended) >= maxEnded {
			r.ended = slices.Delete(r.ended, 0, len(r.ended)-maxEnded+1)
		}
		r.ended = append(r.ended, one)
	}
}

// Cause returns what a request failed with: that it was canceled, if it was.
func Cause(ctx context.Context, err error) error {
	var c *canceledError
	if err != nil && errors.As(context.Cause(ctx), &c) {
		return c
	}
	return err
}

// Running returns how many requests run.
func (r *Requests) Running() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.running)
}

// list returns copies of requests, the oldest first.
func (r *Requests) list(running, ended bool) []Request {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Request
	if ended {
		for _, q := range r.ended {
			out = append(out, *q)
		}
	}
	if running {
		for _, q := range r.running {
			out = append(out, *q)
		}
	}
	return out
}

// cancelAll ends the running requests of a client's id that may is true for, and
// returns them.
func (r *Requests) cancelAll(activity, reason string, may func(*Request) bool) []Request {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []Request
	for _, q := range r.running {
		if q.Activity == activity && may(q) {
			q.canceled = reason
			q.cancel(&canceledError{reason})
			out = append(out, *q)
		}
	}
	return out
}

const (
	queriesColumns  = "(ClientActivityId: string, Text: string, Database: string, StartedOn: datetime, LastUpdatedOn: datetime, Duration: timespan, State: string, RootActivityId: guid, User: string, FailureReason: string, TotalCpu: timespan, CacheStatistics: dynamic, Application: string, MemoryPeak: long, ScannedExtentsStatistics: dynamic, Principal: string, ClientRequestProperties: dynamic, ResultSetStatistics: dynamic, WorkloadGroup: string)"
	commandsColumns = "(ClientActivityId: string, CommandType: string, Text: string, Database: string, StartedOn: datetime, LastUpdatedOn: datetime, Duration: timespan, State: string, RootActivityId: guid, User: string, FailureReason: string, Application: string, Principal: string, TotalCpu: timespan, ResourcesUtilization: dynamic, ClientRequestProperties: dynamic, WorkloadGroup: string)"
	bothColumns     = "(ClientActivityId: string, CommandType: string, Text: string, Database: string, StartedOn: datetime, LastUpdatedOn: datetime, Duration: timespan, State: string, FailureReason: string, RootActivityId: guid, User: string, Application: string, Principal: string, ClientRequestProperties: dynamic, TotalCpu: timespan, MemoryPeak: long, CacheStatistics: dynamic, ScannedExtentsStatistics: dynamic, ResultSetStatistics: dynamic, WorkloadGroup: string)"
)

func requestCommands() []Declaration {
	return []Declaration{
		{Syntax: "show queries", Role: config.Reader, Columns: queriesColumns, Run: showQueries,
			Doc: "Lists the last queries: one's own, or all for operators. CPU and memory of single queries are not known, and null."},
		{Syntax: "show running queries [by (user <string> | *)]", Role: config.Reader, Columns: queriesColumns, Run: showQueries,
			Doc: "Lists the queries that run: one's own, or all for operators."},
		{Syntax: "show commands", Role: config.Reader, Columns: commandsColumns, Run: showCommands,
			Doc: "Lists the last commands: one's own, or all for operators."},
		{Syntax: "show commands-and-queries", Role: config.Reader, Columns: bothColumns, Run: showBoth,
			Doc: "Lists the last commands and queries: one's own, or all for operators."},
		{Syntax: "cancel query <string> [with <properties>]", Role: config.Reader, Columns: queriesColumns, Run: cancelQuery,
			Doc: "Ends the query with a client's id (x-ms-client-request-id): one's own, or any for operators."},
	}
}

// mine reports whether the caller may see a request.
func (c *call) mine(q *Request) bool {
	return c.s.Admin || c.s.Operator || q.User == c.s.Run.Session.User
}

func stateOf(q *Request) string {
	switch {
	case q.Ended.IsZero():
		return "InProgress"
	case q.canceled != "" || strings.HasPrefix(q.Reason, ErrCanceled.Error()):
		return "Canceled"
	case q.Reason != "":
		return "Failed"
	}
	return "Completed"
}

// times returns when a request began and was last heard of, and how long it took.
func (c *call) times(q *Request) (started, updated any, took int64) {
	end := q.Ended
	if end.IsZero() {
		end = c.o.Now()
	}
	return ticksOf(q.Started), ticksOf(end), int64(end.Sub(q.Started) / 100)
}

func (c *call) queryRow(q *Request) {
	started, updated, took := c.times(q)
	results := dynamicOf([]map[string]any{{"TableRowCount": q.Rows}})
	c.out.add(q.Activity, q.Text, Database, started, updated, took, stateOf(q), q.Root, q.User, q.Reason, nil, nil, q.Application, nil, nil, q.User, nil, results, "default")
}

func showQueries(_ ctx, c *call) error {
	running := c.args.has("running")
	for _, q := range c.o.Requests.list(true, !running) {
		user := c.args.text("string")
		if q.Command == "" && c.mine(&q) && (user == "" || q.User == user) {
			c.queryRow(&q)
		}
	}
	return nil
}

func showCommands(_ ctx, c *call) error {
	for _, q := range c.o.Requests.list(true, true) {
		if q.Command != "" && c.mine(&q) {
			started, updated, took := c.times(&q)
			c.out.add(q.Activity, commandType(q.Command), q.Text, Database, started, updated, took, stateOf(&q), q.Root, q.User, q.Reason, q.Application, q.User, nil, nil, nil, "default")
		}
	}
	return nil
}

func showBoth(_ ctx, c *call) error {
	for _, q := range c.o.Requests.list(true, true) {
		if c.mine(&q) {
			started, updated, took := c.times(&q)
			kind := "Query"
			if q.Command != "" {
				kind = commandType(q.Command)
			}
			c.out.add(q.Activity, kind, q.Text, Database, started, updated, took, stateOf(&q), q.Reason, q.Root, q.User, q.Application, q.User, nil, nil, nil, nil, nil, nil, "default")
		}
	}
	return nil
}

// commandType returns the words of a command as Kusto calls it: TablesShow for
// show tables, TableAppend for append, DataIngestInline for ingest inline.
func commandType(words string) string {
	var out strings.Builder
	verb, rest, _ := strings.Cut(words, " ")
	switch {
	case verb == "ingest":
		return "DataIngestInline"
	case rest == "":
		rest = "table"
	}
	for _, w := range append(strings.Fields(rest), strings.Split(verb, "-")...) {
		out.WriteString(strings.ToUpper(w[:1]) + w[1:])
	}
	return out.String()
}

func cancelQuery(_ ctx, c *call) error {
	reason := c.args.props("properties")["reason"].value
	ended := c.o.Requests.cancelAll(c.args.text("string"), reason, c.mine)
	if len(ended) == 0 {
		return c.mistake("no request with the id %s runs: .show running queries lists them", quoted(c.args.text("string")))
	}
	for _, q := range ended {
		c.queryRow(&q)
	}
	return nil
}
