package api

import (
	"log/slog"
	"net/http"
	"time"
)

// headerTime is how long the head of a request may take.
const headerTime = 10 * time.Second

// maxHeaderBytes bounds the head of a request.
const maxHeaderBytes = 64 << 10

// NewServer returns a server of all routes, with limits for whoever is slow or sends
// much: a request must be sent, and an answer taken, in the time that the limits say.
func NewServer(o Options) *http.Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &http.Server{
		Handler:           New(o),
		ReadHeaderTimeout: min(headerTime, o.Limits.RequestTime), ReadTimeout: o.Limits.RequestTime,
		IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	if o.Limits.QueryTime > 0 {
		s.WriteTimeout = 2*o.Limits.RequestTime + o.Limits.QueryTime
	}
	return s
}
