package telemetry

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// An Observer is metrics and traces together. It implements store.Observer and
// api.Observer.
type Observer struct {
	Metrics *Metrics
	Traces  *Traces
	// Now is the clock.
	Now func() time.Time
}

// Request implements api.Observer.
func (o *Observer) Request(r *http.Request) (context.Context, func(pattern string, status int)) {
	began := o.Now()
	ctx, end := o.Traces.Request(r)
	return ctx, func(pattern string, status int) {
		_, route, _ := strings.Cut(pattern, " ")
		end(route, status)
		o.Metrics.Answered(r.Method, route, status, o.Now().Sub(began))
	}
}

// Phase implements api.Observer.
func (o *Observer) Phase(ctx context.Context, name string) (context.Context, func(error)) {
	return o.Traces.Phase(ctx, name)
}

// Waiting implements api.Observer.
func (o *Observer) Waiting(kind string, more int) { o.Metrics.Waiting(kind, more) }

// Working implements api.Observer.
func (o *Observer) Working(kind string, more int) { o.Metrics.Working(kind, more) }

// Synced implements store.Observer.
func (o *Observer) Synced(took time.Duration, batches int) { o.Metrics.Synced(took, batches) }

// Stored implements store.Observer.
func (o *Observer) Stored(table string, rows, bytes int64) { o.Metrics.Stored(table, rows, bytes) }

// Worked implements store.Observer.
func (o *Observer) Worked(work, table string, began time.Time, err error) {
	now := o.Now()
	o.Metrics.Worked(work, table, now.Sub(began), err)
	o.Traces.Worked(work, table, began, now, err)
}
