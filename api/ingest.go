package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/ingest"
	"github.com/calypso-kql/calypso/store"
)

// patience is how long a request waits for room in the store before its sender
// is told to come again.
const patience = 2 * time.Second

// maxNewTables is how many tables one body makes: more of them are something else, an id
// say, that was taken for the name of a table.
const maxNewTables = 500

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
	counters := s.o.Intake.Counters().Source("http", "")
	body := &sized{r: http.MaxBytesReader(w, r.Body, s.o.Limits.Body)}
	sent, err := spoolOf(body)
	if err != nil {
		cameNot(w, body.n, err)
		return out, false
	}
	leave, err := s.large.enter(r.Context(), body.n)
	if err != nil {
		failed(w, err)
		return out, false
	}
	defer leave()
	_, decoded := s.o.Observer.Phase(r.Context(), "decode")
	d, err := s.o.Intake.Decode(r.Context(), ingest.Input{Name: "body", Into: into, Reader: sent}, s.o.Limits.Body)
	decoded(err)
	if err != nil {
		failed(w, err)
		return out, false
	}
	out = ingested{Rows: map[string]int{}, Rejected: d.Rejected, Nulls: d.Nulls}
	for _, p := range d.Problems {
		out.Problems = append(out.Problems, p.String())
	}
	if d.Broken || d.Records == 0 {
		// A body that is torn is sent again as a whole.
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", fmt.Errorf("nothing is stored: %s", first(out.Problems, "the body has no records")))
		return out, false
	}
	unknown := 0
	for _, rows := range d.Rows {
		if _, ok := s.o.Intake.Schema(rows.Table); !ok {
			unknown++
		}
		if !by.may(rows.Table) {
			fail(w, http.StatusForbidden, "Forbidden", fmt.Errorf("nothing is stored: the token %s is not for table %s", by.name, rows.Table))
			return out, false
		}
		out.Rows[rows.Table] += rows.Rows.Len()
	}
	if unknown > maxNewTables {
		fail(w, http.StatusBadRequest, "BadRequest_InvalidBody", fmt.Errorf("nothing is stored: the records are for %d tables that are not there, and one body makes %d at most: what do they have as their Type, or category?", unknown, maxNewTables))
		return out, false
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	ctx, stored := s.o.Observer.Phase(ctx, "store")
	ack, err := s.o.Store.Append(ctx, store.Batch{ID: r.Header.Get("Idempotency-Key"), Rows: d.Rows})
	stored(err)
	if err != nil {
		failed(w, err)
		return out, false
	}
	out.Duplicate = ack.Duplicate
	counters.Stored(d, body.n, ack.Duplicate)
	return out, true
}

func first(texts []string, otherwise string) string {
	if len(texts) == 0 {
		return otherwise
	}
	return texts[0]
}
