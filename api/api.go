// Package api serves a store over HTTP: logs come in, queries are answered.
//
//	GET  /healthz                 the process runs
//	GET  /readyz                  the store takes logs and answers queries
//	GET  /metrics                 what the server does, for Prometheus
//	POST /v1/ingest               records go to the tables that they name
//	POST /v1/ingest/{table}       records go to one table
//	POST /dataCollectionRules/{rule}/streams/{stream}
//	                              the same, as Azure Monitor's Logs Ingestion API
//	POST /v1/rest/ingest/{db}/{table}
//	                              rows go to one table, as Kusto's streaming ingestion
//	POST /v1/rest/query           a query, Kusto's way; /v2/rest/query in frames
//	GET, POST /v1/workspaces/{workspace}/query
//	                              a query, Log Analytics' way
//	POST /v1/rest/mgmt            a management command, Kusto's way
//	POST /v1/backup?name=         a backup of the store, in a folder of the server's
//	GET, POST, PATCH /v1/incidents …
//	                              incidents, their comments, timelines and alerts
//	GET, PATCH /v1/alerts …       alerts
//	GET /v1/notifications         messages that wait, were sent or are dead
//	POST /v1/notifications/retry  … that are to be sent again
//
// Where there are tokens, every request but the first two needs one that is good
// for it. Where there are none, only requests that a program on this machine has
// made are answered: a page in a browser can't make one.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/config"
	"github.com/calypso-kql/calypso/database"
	"github.com/calypso-kql/calypso/incident"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/store"
	"github.com/calypso-kql/calypso/workspace"
)

// Options are what a server serves. All but Incidents, Database and Log are needed.
type Options struct {
	Store  *store.Store
	Engine *kql.Engine
	// Intake takes what comes in.
	Intake *intake.Intake
	// Workspace returns what the names of a query mean, over tables that have
	// rows.
	Workspace func(workspace.Tables) bind.Catalog
	// Locations says where IP addresses are; nil if nobody knows.
	Locations function.Locator
	// Commands runs management commands. It knows Requests and Failures, which have
	// what runs and what was not stored.
	Commands *command.Runner
	Requests *command.Requests
	Failures *command.Failures
	Tokens   []config.Token
	Limits   config.Limits
	// Incidents are served if they are not nil.
	Incidents *incident.Store
	// Database is what incidents, rules and messages are in; nil if they are not served.
	Database *database.DB
	// Now is the clock.
	Now func() time.Time
	// Log is told of every request; nil for nobody.
	Log *slog.Logger
	// Observer is told what the server does; nil for nobody.
	Observer Observer
	// Backup makes a backup under a name; nil if the server makes none.
	Backup func(ctx context.Context, name string) (store.Backup, error)
	// Metrics answers GET /metrics; nil for nothing.
	Metrics http.Handler
}

// New returns the handler of all routes. It is safe for concurrent use.
func New(o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Observer == nil {
		o.Observer = nobody{}
	}
	s := &server{o: o, large: newTurn(), gate: newGate(o.Tokens), bodies: newPlaces("body", o.Limits.Bodies, o.Observer), queries: newPlaces("query", o.Limits.Queries, o.Observer)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, http.StatusOK, map[string]string{"status": "ok"})
	})
	mux.HandleFunc("GET /readyz", s.ready)
	if o.Metrics != nil {
		mux.HandleFunc("GET /metrics", s.allow(config.Operator, func(w http.ResponseWriter, r *http.Request, _ caller) { o.Metrics.ServeHTTP(w, r) }))
	}
	mux.HandleFunc("POST /v1/ingest", s.allow(config.Ingestor, s.bodies.inTurn(s.ingest)))
	mux.HandleFunc("POST /v1/ingest/{table}", s.allow(config.Ingestor, s.bodies.inTurn(s.ingest)))
	mux.HandleFunc("POST /dataCollectionRules/{rule}/streams/{stream}", s.allow(config.Ingestor, s.bodies.inTurn(s.stream)))
	mux.HandleFunc("POST /v1/rest/ingest/{db}/{table}", s.allow(config.Ingestor, s.bodies.inTurn(s.streaming)))
	// Kusto's clients ask where to sign in. Nowhere: an empty answer has them go on.
	mux.HandleFunc("GET /v1/rest/auth/metadata", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("POST /v1/rest/query", s.allow(anyRole, s.query))
	mux.HandleFunc("POST /v2/rest/query", s.allow(anyRole, s.queryV2))
	mux.HandleFunc("POST /v1/workspaces/{workspace}/query", s.allow(anyRole, s.workspaceQuery))
	mux.HandleFunc("GET /v1/workspaces/{workspace}/query", s.allow(anyRole, s.workspaceQuery))
	mux.HandleFunc("POST /v1/rest/mgmt", s.allow(anyRole, s.mgmt))
	mux.HandleFunc("POST /v1/backup", s.allow(config.Admin, s.backup))
	if o.Incidents != nil {
		s.incidentRoutes(mux)
	}
	if o.Database != nil {
		s.notificationRoutes(mux)
	}
	return s.recorded(orUnknown(mux))
}

type server struct {
	o               Options
	gate            *gate
	bodies, queries *places
	large           turn
}

func (s *server) ready(w http.ResponseWriter, _ *http.Request) {
	if err := s.o.Store.Ready(); err != nil {
		fail(w, http.StatusServiceUnavailable, "NotReady", err)
		return
	}
	answer(w, http.StatusOK, s.condition())
}

// A condition is what a server that takes logs and answers queries says of itself.
type condition struct {
	// Status is ready, or degraded where rules, incidents and messages wait.
	Status string `json:"status"`
	// Database is what it waits for, and Since since when.
	Database string    `json:"database,omitempty"`
	Since    time.Time `json:"since,omitzero"`
}

// condition is not an error where the database is away: whoever sends logs must not be
// sent elsewhere.
func (s *server) condition() condition {
	if s.o.Database != nil {
		if since, err := s.o.Database.Away(); err != nil {
			return condition{"degraded", err.Error(), since.UTC()}
		}
	}
	return condition{Status: "ready"}
}

// A caller is whoever has sent a request.
type caller struct {
	name   string
	tables []string // patterns; none for all
	roles  []config.Role
}

type handler func(w http.ResponseWriter, r *http.Request, by caller)

// allow lets a request through to h if its token is good for role.
func (s *server) allow(role config.Role, h handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		by, err := s.gate.admit(r, role)
		var refused *refusal
		if errors.As(err, &refused) {
			if refused.status == http.StatusUnauthorized {
				w.Header().Set("WWW-Authenticate", `Bearer realm="calypso"`)
			}
			fail(w, refused.status, refused.code, refused)
			return
		}
		if rec, ok := w.(*recorder); ok {
			rec.user = by.name
		}
		h(w, r, by)
	}
}

// errBusy says that a request is to come again.
var errBusy = errors.New("come again")

// answer sends v as JSON.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false) // people read it, too
	// A client that has gone is told nothing.
	_ = out.Encode(v)
}

// An oneAPIError is an error as Kusto's REST API has it.
//
// Source: the Kusto documentation, "Query/management HTTP response".
type oneAPIError struct {
	Code      string `json:"code"`
	Message   string `json:"message"`
	Type      string `json:"@type"`
	Text      string `json:"@message"`
	Permanent bool   `json:"@permanent"`
}

// fail sends an error.
func fail(w http.ResponseWriter, status int, code string, err error) {
	permanent := status < 500 && status != http.StatusTooManyRequests
	if rec, ok := w.(*recorder); ok {
		rec.code, rec.problem, rec.permanent = code, err, permanent
	}
	answer(w, status, map[string]oneAPIError{"error": {Code: code, Message: err.Error(), Type: "Calypso." + code, Text: err.Error(), Permanent: permanent}})
}

// failed sends the error of a body or of the store.
func failed(w http.ResponseWriter, err error) {
	var large *http.MaxBytesError
	var mistyped *store.TypeError
	var unnamed *store.NameError
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.Canceled):
		// Whose connection is read no longer, or is gone.
		fail(w, http.StatusRequestTimeout, "RequestTimeout", fmt.Errorf("the request was not sent in time: %w", err))
	case errors.As(err, &large), errors.Is(err, ingest.ErrTooLarge):
		fail(w, http.StatusRequestEntityTooLarge, "PayloadTooLarge", err)
	case errors.Is(err, store.ErrFull):
		fail(w, http.StatusInsufficientStorage, "DiskFull", err)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, errBusy):
		w.Header().Set("Retry-After", "2")
		fail(w, http.StatusTooManyRequests, "Throttled", err)
	case errors.As(err, &unnamed):
		fail(w, http.StatusBadRequest, "BadRequest_EntityNameIsNotValid", err)
	case errors.As(err, &mistyped):
		fail(w, http.StatusBadRequest, "BadRequest_TypeMismatch", err)
	default:
		fail(w, http.StatusInternalServerError, "InternalServiceError", err)
	}
}

// isLocalHost reports whether a request's Host is a name of this machine for
// itself.
func isLocalHost(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
