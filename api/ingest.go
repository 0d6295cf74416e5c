package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/store"
)

// patience is how long a request waits for room in the store before its sender
// is told to come again.
const patience = 2 * time.Second

// An ingested is the answer to records that were sent.
type ingested struct {
	// Rows is the number of rows stored, by table.
	Rows map[string]int `json:"rows"`
	// Duplicate says that a batch of this Idempotency-Key had been stored before.
	Duplicate bool `json:"duplicate"`
	// Rejected is the number of records that could not be understood, Nulls that
	// of values which became null; Problems are the first of them.
	Rejected int      `json:"rejected"`
	Nulls    int      `json:"nulls"`
	Problems []string `json:"problems,omitempty"`
}

// ingest stores the records of a body, in any format that package ingest reads.
// They are durable when it answers. All that can be understood is stored, as one
// batch; the rest is told. A batch with the Idempotency-Key of one that was
// stored before is not stored again.
func (s *server) ingest(w http.ResponseWriter, r *http.Request, by caller) {
	if out, ok := s.store(w, r, by, r.PathValue("table")); ok {
		answer(w, http.StatusOK, out)
	}
}

// stream stores the records of a body as Azure Monitor's Logs Ingestion API does:
// the stream is Custom-TABLE or Microsoft-TABLE, and the answer is empty. The
// rule's id is not looked at: there are no transformations here.
//
// Source: Microsoft's documentation, "Logs Ingestion API in Azure Monitor".
func (s *server) stream(w http.ResponseWriter, r *http.Request, by caller) {
	name := r.PathValue("stream")
	_, table, ok := strings.Cut(name, "-")
	if kind := strings.TrimSuffix(name, "-"+table); !ok || table == "" || kind != "Custom" && kind != "Microsoft" {
		fail(w, http.StatusNotFound, "NotFound", fmt.Errorf("stream %q is neither Custom-TABLE nor Microsoft-TABLE", name))
		return
	}
	out, ok := s.store(w, r, by, table)
	switch {
	case !ok:
	case out.Rejected > 0:
		// The API has no answer for a part; the rest is stored, so it is no use to
		// send the body again as it is.
		fail(w, http.StatusBadRequest, "InvalidRecords", fmt.Errorf("%d rows are stored, and %d records are not: %s", out.Rows[table], out.Rejected, first(out.Problems, "")))
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// store stores the records of a body, in one table if into is not empty. Where it
// can't, it has sent the error.
func (s *server) store(w http.ResponseWriter, r *http.Request, by caller, into string) (out ingested, ok bool) {
	report := &ingest.Report{}
	l := ingest.NewLoader(ingest.Options{Tables: s.o.Tables, Workers: 1, Report: report, MaxBytes: s.o.Limits.Body})
	body := &sized{http.MaxBytesReader(w, r.Body, s.o.Limits.Body)}
	if err := l.Read(r.Context(), ingest.Input{Name: "body", Into: into, Base: "body", Reader: body}); err != nil {
		failed(w, err)
		return out, false
	}
	_, records, rejected, nulls, broken := report.Counts()
	out = ingested{Rows: map[string]int{}, Rejected: rejected, Nulls: nulls}
	for _, p := range report.Problems() {
		out.Problems = append(out.Problems, p.String())
	}
	if broken > 0 || records == 0 {
		// A body that is torn is sent again as a whole.
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", fmt.Errorf("nothing is stored: %s", first(out.Problems, "the body has no records")))
		return out, false
	}
	b := store.Batch{ID: r.Header.Get("Idempotency-Key")}
	for _, t := range l.Finish() {
		if !by.may(t.Name) {
			fail(w, http.StatusForbidden, "Forbidden", fmt.Errorf("nothing is stored: the token %s is not for table %s", by.name, t.Name))
			return out, false
		}
		rows, err := s.received(t)
		if err != nil {
			failed(w, err)
			return out, false
		}
		b.Rows = append(b.Rows, rows)
		out.Rows[t.Name] += rows.Rows.Len()
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	ack, err := s.o.Store.Append(ctx, b)
	if err != nil {
		failed(w, err)
		return out, false
	}
	out.Duplicate = ack.Duplicate
	return out, true
}

// sized says of a body that is too large what package ingest says of one that is
// when it is unpacked.
type sized struct{ r io.Reader }

func (s *sized) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		err = ingest.ErrTooLarge
	}
	return n, err
}

func first(texts []string, otherwise string) string {
	if len(texts) == 0 {
		return otherwise
	}
	return texts[0]
}

const (
	timeGenerated = "TimeGenerated"
	timeReceived  = "_TimeReceived"
)

// received returns the rows of a table as they arrive: _TimeReceived is now, and
// so is TimeGenerated where the record has none, as Log Analytics has it. A table
// that is not known gets both columns.
func (s *server) received(t ingest.Table) (store.Rows, error) {
	now, ok := types.TicksOf(s.o.Now())
	if !ok {
		return store.Rows{}, errors.New("the clock is outside the years 1 to 9999")
	}
	all, err := column.Concat(t.Schema, t.Batches)
	if err != nil {
		return store.Rows{}, err
	}
	schema := types.Schema{}
	var cols []column.Column
	seen := map[string]bool{}
	for i, c := range t.Schema.Columns {
		col := all.Raw(i)
		switch {
		case c.Type != types.DateTime:
		case c.Name == timeReceived:
			col = column.NewConst(types.DateTime, now, all.Len())
		case c.Name == timeGenerated:
			col = filled(col, now)
		}
		seen[c.Name] = true
		schema.Columns, cols = append(schema.Columns, c), append(cols, col)
	}
	for _, c := range []types.Column{{Name: timeGenerated, Type: types.DateTime}, {Name: timeReceived, Type: types.DateTime, Hidden: true}} {
		if !seen[c.Name] {
			schema.Columns, cols = append(schema.Columns, c), append(cols, column.NewConst(types.DateTime, now, all.Len()))
		}
	}
	return store.Rows{Table: t.Name, Schema: schema, Rows: column.NewBatch(all.Len(), cols)}, nil
}

// filled returns a datetime column with v for its nulls.
func filled(c column.Column, v int64) column.Column {
	view := column.ViewOf[int64](c)
	if !view.HasNulls() {
		return c
	}
	vals := make([]int64, c.Len())
	for i := range vals {
		if vals[i] = v; !view.Null(i) {
			vals[i] = view.At(i)
		}
	}
	return column.NewVec(types.DateTime, vals, nil)
}
