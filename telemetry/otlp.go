package telemetry

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/otel/sdk/trace"
)

// An exporter sends spans to a collector by OTLP over HTTP, as JSON. The library's
// own brings gRPC and Protocol Buffers along, which every start of every command
// would pay for.
//
// Source: OpenTelemetry Protocol specification 1.x, "OTLP/HTTP".
type exporter struct {
	url     string
	headers http.Header
	client  *http.Client
}

const (
	// exportTimeout is how long a request may take; retryFirst how long the first
	// wait before another is, each further one twice as long.
	exportTimeout = 10 * time.Second
	retryFirst    = time.Second
	// answerBytes bounds what is read of a collector's answer.
	answerBytes = 64 << 10
)

// newExporter returns an exporter to the URL at, with the headers of the
// specification's variables: a token, for one.
func newExporter(at *url.URL) (*exporter, error) {
	e := &exporter{url: at.String(), headers: http.Header{}, client: &http.Client{Timeout: exportTimeout}}
	for _, name := range []string{"OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"} {
		for pair := range strings.SplitSeq(os.Getenv(name), ",") {
			if strings.TrimSpace(pair) == "" {
				continue
			}
			key, value, ok := strings.Cut(pair, "=")
			value, err := url.PathUnescape(strings.TrimSpace(value))
			if key = strings.TrimSpace(key); !ok || key == "" || err != nil {
				return nil, fmt.Errorf("%s is no list of key=value, separated by commas", name)
			}
			e.headers.Set(key, value)
		}
	}
	e.headers.Set("Content-Type", "application/json")
	return e, nil
}

// ExportSpans implements trace.SpanExporter. It tries again until ctx ends where
// the collector says so, or says nothing.
func (e *exporter) ExportSpans(ctx context.Context, spans []trace.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	body, err := json.Marshal(requestOf(spans))
	if err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	for wait := retryFirst; ; wait *= 2 {
		after, err := e.send(ctx, body)
		if err == nil || after < 0 {
			return err
		}
		timer := time.NewTimer(max(wait, after))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return err
		}
	}
}

// Shutdown implements trace.SpanExporter.
func (e *exporter) Shutdown(context.Context) error {
	e.client.CloseIdleConnections()
	return nil
}

// send posts a request once. After an error, again is how long the collector wants
// to be left alone before the next, negative if there is to be none.
func (e *exporter) send(ctx context.Context, body []byte) (again time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return -1, fmt.Errorf("traces: %w", err)
	}
	r.Header = e.headers.Clone()
	resp, err := e.client.Do(r)
	if err != nil {
		return 0, fmt.Errorf("traces: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, answerBytes))
	if err != nil {
		return 0, fmt.Errorf("traces: %w", err)
	}
	if resp.StatusCode/100 == 2 {
		return -1, rejected(answer)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After")) // a date counts as none
		again = time.Duration(max(seconds, 0)) * time.Second
	default:
		again = -1
	}
	return again, fmt.Errorf("traces: %s answers %s", e.url, resp.Status)
}

// rejected returns what a collector that takes a request has against some of it.
func rejected(answer []byte) error {
	var a struct {
		PartialSuccess struct {
			RejectedSpans json.Number `json:"rejectedSpans"` // a number, or text as of 64 bits
			ErrorMessage  string      `json:"errorMessage"`
		} `json:"partialSuccess"`
	}
	if json.Unmarshal(answer, &a) != nil {
		return nil // an answer that is no JSON rejects nothing
	}
	p := a.PartialSuccess
	if n := p.RejectedSpans; n != "" && n != "0" {
		return fmt.Errorf("traces: the collector has rejected %s spans: %s", n, p.ErrorMessage)
	}
	if p.ErrorMessage != "" {
		return errors.New("traces: the collector says: " + p.ErrorMessage)
	}
	return nil
}
