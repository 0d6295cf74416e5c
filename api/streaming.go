package api

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/calypso-kql/calypso/external"
	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/intake"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// streaming stores the rows of a body as Kusto's streaming ingestion does: in the
// columns of a table that is there, by a mapping, or by their order or names. They
// are durable when it answers; a body with a mistake is refused as a whole. There
// is one database, whatever the name in the address.
//
// Source: the Kusto documentation, "Streaming ingestion HTTP request".
func (s *server) streaming(w http.ResponseWriter, r *http.Request, by caller) {
	table := r.PathValue("table")
	if !by.may(table) {
		fail(w, http.StatusForbidden, "Forbidden", fmt.Errorf("the token %s is not for table %s", by.name, table))
		return
	}
	schema, ok := s.o.Intake.Schema(table)
	if !ok {
		fail(w, http.StatusBadRequest, "BadRequest_EntityNotFound", fmt.Errorf("there is no table %s: make it with .create table, or let POST /v1/ingest/%s make it of the records", table, table))
		return
	}
	req, err := s.streamRequest(r, table, schema)
	if err != nil {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidRequest", err)
		return
	}
	sent := &sized{r: http.MaxBytesReader(w, r.Body, s.o.Limits.Body)}
	packed := strings.EqualFold(r.Header.Get("Content-Encoding"), "gzip")
	var malformed *external.FormatError
	body, err := spoolOf(sent)
	if err != nil {
		cameNot(w, sent.n, err)
		return
	}
	leave, err := s.large.enter(r.Context(), sent.n)
	if err != nil {
		failed(w, err)
		return
	}
	defer leave()
	batches, err := readStream(r.Context(), body, packed, s.o.Limits.Body, req)
	switch {
	case errors.Is(err, ingest.ErrTooLarge), errors.Is(err, context.Canceled):
		failed(w, err)
		return
	case errors.Is(err, external.ErrTooLarge):
		fail(w, http.StatusRequestEntityTooLarge, "PayloadTooLarge", fmt.Errorf("nothing is stored: %w: its pages unpack to more than %d bytes", err, s.o.Limits.Body))
		return
	case errors.As(err, &malformed):
		fail(w, http.StatusBadRequest, malformed.Code, fmt.Errorf("nothing is stored: %w", err))
		return
	case err != nil:
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", fmt.Errorf("nothing is stored: %w", err))
		return
	}
	d, err := s.arrived(table, req.Schema, batches)
	if err != nil {
		failed(w, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	ack, err := s.o.Store.Append(ctx, store.Batch{ID: r.Header.Get("Idempotency-Key"), Rows: d.Rows})
	if err != nil {
		failed(w, err)
		return
	}
	s.o.Intake.Counters().Source("http", "").Stored(d, sent.n, ack.Duplicate)
	answer(w, http.StatusOK, streamed(d.Records))
}

// streamRequest returns what the address says of the body.
func (s *server) streamRequest(r *http.Request, table string, schema types.Schema) (external.Request, error) {
	q := r.URL.Query()
	param := func(name string) string {
		for key, values := range q {
			if strings.EqualFold(key, name) && len(values) > 0 {
				return values[0]
			}
		}
		return ""
	}
	req := external.Request{Schema: schema.Visible(), Properties: map[string]string{}, MaxBytes: s.o.Limits.Body}
	format := strings.ToLower(param("streamFormat"))
	if format == "" {
		return req, errors.New("want streamFormat: csv, tsv, tsve, psv, scsv, sohsv, txt, raw, json, multijson or parquet")
	}
	if kind := param("sourceKind"); kind != "" {
		return req, fmt.Errorf("sourceKind=%s is not supported: send the data itself in the body", kind)
	}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "gzip") && !strings.EqualFold(e, "identity") {
		return req, fmt.Errorf("Content-Encoding %s is not supported: want gzip, or none", e)
	}
	req.Properties["format"] = format
	if name := param("mappingName"); name != "" {
		m, err := intake.FindMapping(s.o.Store, table, format, name)
		if err != nil {
			return req, err
		}
		req.Properties["ingestionmapping"] = m.Text
	}
	return req, nil
}

// readStream reads all of a body, sent or unpacked within the limit. packed
// says that it is in gzip; clients also send gzip without saying so.
func readStream(ctx context.Context, body *spool, packed bool, limit int64, req external.Request) ([]*column.Batch, error) {
	text, err := textOf(body, packed, limit)
	if err != nil {
		return nil, err
	}
	in, err := external.Body("the body", text, req)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	var out []*column.Batch
	values := 0
	for {
		b, err := in.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		}
		if values += b.Len() * len(req.Schema.Columns); values > intake.MaxValues {
			return nil, fmt.Errorf("%w: rows by columns, it has more than %d values; send fewer at once", ingest.ErrTooLarge, intake.MaxValues)
		}
		out = append(out, b)
	}
}

// textOf returns a body without its gzip.
func textOf(body *spool, packed bool, limit int64) ([]byte, error) {
	if !packed && !bytes.HasPrefix(body.chunks[0], []byte{0x1f, 0x8b}) {
		return io.ReadAll(body)
	}
	z, err := gzip.NewReader(body)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	text, err := io.ReadAll(io.LimitReader(z, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("gzip: %w", err)
	case int64(len(text)) > limit:
		return nil, ingest.ErrTooLarge
	}
	return text, nil
}

// arrived returns the rows of a body as they arrive, ready for the store.
func (s *server) arrived(table string, schema types.Schema, batches []*column.Batch) (intake.Decoded, error) {
	var d intake.Decoded
	if len(batches) == 0 {
		return d, nil
	}
	all, err := column.Concat(schema, batches)
	if err != nil {
		return d, err
	}
	rows, err := s.o.Intake.Stamped(table, schema, all)
	d.Records, d.Rows = all.Len(), []store.Rows{rows}
	return d, err
}

// A v1Table is a table as Kusto's REST v1 has it.
type v1Table struct {
	TableName string
	Columns   []v1Column
	Rows      [][]any
}

type v1Column struct{ ColumnName, DataType, ColumnType string }

// streamed is Kusto's answer to rows that were stored.
func streamed(rows int) map[string][]v1Table {
	return map[string][]v1Table{"Tables": {{
		TableName: "Table_0",
		Columns: []v1Column{
			{"ConsumedRecordsCount", "Int64", "long"}, {"UpdatePolicyStatus", "String", "string"},
			{"UpdatePolicyFailureCode", "String", "string"}, {"UpdatePolicyFailureReason", "String", "string"},
		},
		Rows: [][]any{{rows, "Inactive", "Unknown", nil}},
	}}}
}
