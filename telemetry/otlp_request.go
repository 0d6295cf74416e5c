package telemetry

import (
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
)

// These are the messages of OTLP in their JSON form: identifiers in hexadecimal,
// numbers of 64 bits as text, enumerations as numbers. Only what our spans have is
// here: they have no events and no links.
//
// Source: opentelemetry-proto, trace/v1/trace.proto and common/v1/common.proto.
type (
	exportRequest struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   resourceOf   `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	resourceOf struct {
		Attributes []keyValue `json:"attributes"`
	}
	scopeSpans struct {
		Scope scope  `json:"scope"`
		Spans []span `json:"spans"`
	}
	scope struct {
		Name string `json:"name"`
	}
	span struct {
		TraceID    string     `json:"traceId"`
		SpanID     string     `json:"spanId"`
		TraceState string     `json:"traceState,omitempty"`
		Parent     string     `json:"parentSpanId,omitempty"`
		Name       string     `json:"name"`
		Kind       int        `json:"kind"`
		Start      string     `json:"startTimeUnixNano"`
		End        string     `json:"endTimeUnixNano"`
		Attributes []keyValue `json:"attributes,omitempty"`
		Status     status     `json:"status"`
	}
	status struct {
		Message string `json:"message,omitempty"`
		Code    int    `json:"code,omitempty"`
	}
	keyValue struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"`
	}
)

// requestOf returns the message that has spans, at least one: all are of one
// resource and one scope.
func requestOf(spans []trace.ReadOnlySpan) exportRequest {
	out := make([]span, len(spans))
	for i, s := range spans {
		out[i] = spanOf(s)
	}
	first := spans[0]
	return exportRequest{ResourceSpans: []resourceSpans{{
		Resource:   resourceOf{Attributes: attributesOf(first.Resource().Attributes())},
		ScopeSpans: []scopeSpans{{Scope: scope{Name: first.InstrumentationScope().Name}, Spans: out}},
	}}}
}

func spanOf(s trace.ReadOnlySpan) span {
	own := s.SpanContext()
	out := span{
		TraceID:    own.TraceID().String(),
		SpanID:     own.SpanID().String(),
		TraceState: own.TraceState().String(),
		Name:       s.Name(),
		Kind:       int(s.SpanKind()), // the library counts as the protocol does
		Start:      strconv.FormatInt(s.StartTime().UnixNano(), 10),
		End:        strconv.FormatInt(s.EndTime().UnixNano(), 10),
		Attributes: attributesOf(s.Attributes()),
		Status:     statusOf(s.Status()),
	}
	if p := s.Parent(); p.HasSpanID() {
		out.Parent = p.SpanID().String()
	}
	return out
}

// statusOf returns a status by the protocol's numbers, which are not the
// library's.
func statusOf(s trace.Status) status {
	out := status{Message: s.Description}
	switch s.Code {
	case codes.Ok:
		out.Code = 1
	case codes.Error:
		out.Code = 2
	}
	return out
}

func attributesOf(attributes []attribute.KeyValue) []keyValue {
	out := make([]keyValue, len(attributes))
	for i, a := range attributes {
		out[i] = keyValue{Key: string(a.Key), Value: valueOf(a.Value)}
	}
	return out
}

// valueOf returns an AnyValue; a list, of which we have none, as text.
func valueOf(v attribute.Value) map[string]any {
	switch v.Type() {
	case attribute.BOOL:
		return map[string]any{"boolValue": v.AsBool()}
	case attribute.INT64:
		return map[string]any{"intValue": strconv.FormatInt(v.AsInt64(), 10)}
	case attribute.FLOAT64:
		return map[string]any{"doubleValue": v.AsFloat64()}
	}
	return map[string]any{"stringValue": v.String()}
}
