package telemetry

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	"go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.26.0"
	api "go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Traces makes spans of requests, their phases and of work in the background, and
// sends them to a collector. It is safe for concurrent use.
type Traces struct {
	tracer   api.Tracer
	provider *trace.TracerProvider // nil if nothing is sent
	parents  propagation.TextMapPropagator
}

// NewTraces returns traces that are sent by OTLP over HTTP to the collector at
// endpoint, a URL such as http://localhost:4318, or nowhere if it is empty. ratio
// is the part of the traces that is kept, unless whoever sends a request says.
func NewTraces(endpoint string, ratio float64, version string) (*Traces, error) {
	t := &Traces{tracer: noop.NewTracerProvider().Tracer("calypso"), parents: propagation.TraceContext{}}
	if endpoint == "" {
		return t, nil
	}
	at, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	if at.Path == "" || at.Path == "/" {
		at.Path = "/v1/traces" // as OTEL_EXPORTER_OTLP_ENDPOINT has it
	}
	exporter, err := newExporter(at)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	t.provider = trace.NewTracerProvider(
		trace.WithBatcher(exporter),
		trace.WithSampler(trace.ParentBased(trace.TraceIDRatioBased(ratio))),
		trace.WithResource(resource.NewSchemaless(semconv.ServiceName("calypso"), semconv.ServiceVersion(version))),
	)
	t.tracer = t.provider.Tracer("github.com/calypso-kql/calypso")
	return t, nil
}

// Close sends what has not been sent yet, until ctx ends.
func (t *Traces) Close(ctx context.Context) error {
	if t.provider == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Request begins the span of a request, which goes on from the traceparent that it
// brings.
func (t *Traces) Request(r *http.Request) (context.Context, func(route string, status int)) {
	ctx := t.parents.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	ctx, span := t.tracer.Start(ctx, r.Method, api.WithSpanKind(api.SpanKindServer), api.WithAttributes(semconv.HTTPRequestMethodKey.String(r.Method)))
	return ctx, func(route string, status int) {
		if route != "" {
			span.SetName(r.Method + " " + route)
			span.SetAttributes(semconv.HTTPRoute(route))
		}
		span.SetAttributes(semconv.HTTPResponseStatusCode(status))
		if status >= http.StatusInternalServerError {
			span.SetStatus(codes.Error, "")
		}
		span.End()
	}
}

// Phase begins the span of a part of a request.
func (t *Traces) Phase(ctx context.Context, name string) (context.Context, func(error)) {
	ctx, span := t.tracer.Start(ctx, name)
	return ctx, func(err error) {
		if err != nil {
			// What the error says may have values of rows in it.
			span.SetStatus(codes.Error, fmt.Sprintf("%T", err))
		}
		span.End()
	}
}

// Worked makes a span of work on a table that has ended.
func (t *Traces) Worked(work, table string, began, ended time.Time, err error) {
	_, span := t.tracer.Start(context.Background(), "store "+work, api.WithTimestamp(began), api.WithAttributes(attribute.String("calypso.table", table)))
	if err != nil {
		span.SetStatus(codes.Error, fmt.Sprintf("%T", err))
	}
	span.End(api.WithTimestamp(ended))
}
