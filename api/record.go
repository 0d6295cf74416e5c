package api

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"
	"unicode"

	"github.com/calypso-kql/calypso/command"
	"github.com/calypso-kql/calypso/kql/types"
)

// The headers that name a request: the client's own name for it, and the server's.
//
// Source: the Kusto documentation, "Query/management HTTP request".
const (
	clientRequestID = "x-ms-client-request-id"
	activityID      = "x-ms-activity-id"
)

// statusGone is what the log and the metrics have of a request whose client has
// gone before it was answered.
const statusGone = 499

type activityKey struct{}

// activityOf returns the client's id of the request that is worked on.
func activityOf(ctx context.Context) string {
	id, _ := ctx.Value(activityKey{}).(string)
	return id
}

// idOf returns the id that a client gives its request, or one made here where it
// gives none that can be shown.
func idOf(r *http.Request, own string) string {
	const most = 200
	id := r.Header.Get(clientRequestID)
	if id == "" || len(id) > most || strings.ContainsFunc(id, func(c rune) bool { return c > unicode.MaxASCII || !unicode.IsPrint(c) }) {
		return own
	}
	return id
}

// recorded names every request, tells the log of it, and keeps a fault in one from
// ending the process. Bodies and tokens are in no log.
func (s *server) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.o.Now()
		var raw types.GUID128
		// An error of the system's source of randomness ends the program.
		_, _ = rand.Read(raw[:])
		own := raw.String()
		id := idOf(r, own)
		w.Header().Set(clientRequestID, id)
		w.Header().Set(activityID, own)
		rec := &recorder{ResponseWriter: w}
		rec.body = hurry(w, r, time.Now().Add(s.o.Limits.RequestTime))
		ctx, observed := s.o.Observer.Request(r)
		r = r.WithContext(context.WithValue(ctx, activityKey{}, id))
		defer func() {
			if fault := recover(); fault != nil {
				s.o.Log.Error("fault", "method", r.Method, "path", r.URL.Path, "request", id, "fault", fault)
				if rec.status == 0 {
					fail(rec, http.StatusInternalServerError, "InternalServiceError", errors.New("a fault of the server; its log says more"))
				}
			}
			if rec.status == 0 {
				rec.status = statusGone
			}
			observed(r.Pattern, rec.status)
			s.ended(r, rec, id, start)
		}()
		next.ServeHTTP(rec, r)
	})
}

// ended tells of a request that has been answered.
func (s *server) ended(r *http.Request, rec *recorder, id string, start time.Time) {
	took := s.o.Now().Sub(start)
	level := slog.LevelInfo
	if rec.status >= http.StatusInternalServerError {
		level = slog.LevelWarn
	}
	attrs := []any{"method", r.Method, "path", r.URL.Path, "status", rec.status, "took", took, "from", r.RemoteAddr, "request", id}
	if rec.user != "" {
		attrs = append(attrs, "user", rec.user)
	}
	if rec.code != "" {
		attrs = append(attrs, "code", rec.code)
	}
	s.o.Log.Log(r.Context(), level, "request", attrs...)
	if rec.code != "" && (strings.Contains(r.Pattern, ingesting) || strings.Contains(r.Pattern, streams)) {
		s.o.Failures.Add(command.Failure{
			At: s.o.Now(), Table: r.PathValue("table"), Source: r.URL.Path, Details: rec.problem.Error(), Code: rec.code, Permanent: rec.permanent, User: rec.user,
		})
	}
}

// What the patterns of routes have in them that logs come in through.
const (
	ingesting = "/ingest"
	streams   = "/streams/"
)

// recorder keeps what was sent, and who has asked.
type recorder struct {
	http.ResponseWriter
	body   *hurried // nil if there is none
	status int
	user   string
	// code, problem and permanent are of the error that was sent.
	code      string
	problem   error
	permanent bool
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		if r.body != nil && r.body.n == 0 && r.body.alone && status >= http.StatusBadRequest {
			// The server would read it before it answers.
			r.Header().Set("Connection", "close")
		}
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(p []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(p)
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
