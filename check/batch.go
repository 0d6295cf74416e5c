package check

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// BadRequest is the code of the diagnostic of a line that is no request: not
// Microsoft's, whose codes are about queries.
const BadRequest = "REQUEST"

// A request is one line of a batch.
type request struct {
	ID          json.RawMessage `json:"id"`
	Query       *string         `json:"query"`
	Environment string          `json:"environment"`
}

// Batch checks a query a line: it reads {"id", "query", "environment"} and
// writes a Result for each, in order. environment is optional; catalogOf returns
// the catalog of one, "" being the default. Every line that is not blank is
// answered: one that is no request, or names no environment, with a diagnostic of
// code [BadRequest]. An answer is written out before the next line is waited for.
// Batch returns the number of lines with an error; its own error is one of reading
// or writing.
func Batch(e *kql.Engine, r io.Reader, w io.Writer, catalogOf func(environment string) (bind.Catalog, error)) (bad int, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; ; n++ {
		line, readErr := in.ReadBytes('\n')
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(line)) > 0 {
			res := checkLine(e, n, line, catalogOf)
			if res.Errors() > 0 {
				bad++
			}
			if err := enc.Encode(res); err != nil {
				return bad, err
			}
		}
		if readErr != nil {
			if errors.Is(readErr, io.EOF) {
				readErr = nil
			}
			return bad, errors.Join(readErr, out.Flush())
		}
		if in.Buffered() == 0 {
			if err := out.Flush(); err != nil {
				return bad, err
			}
		}
	}
}

func checkLine(e *kql.Engine, n int, line []byte, catalogOf func(string) (bind.Catalog, error)) Result {
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		return badRequest(idOf(line), "syntax", fmt.Errorf(`line %d: want {"id": …, "query": …}: %w`, n, err))
	}
	if req.Query == nil {
		return badRequest(req.ID, "syntax", fmt.Errorf(`line %d: want {"id": …, "query": …}: it has no query`, n))
	}
	c, err := catalogOf(req.Environment)
	if err != nil {
		return badRequest(req.ID, "semantic", fmt.Errorf("line %d: %w", n, err))
	}
	res := Query(e, *req.Query, c)
	res.ID = idOr(req.ID)
	return res
}

// idOf returns the id of a line whose other fields are wrong.
func idOf(line []byte) json.RawMessage {
	var req struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(line, &req) != nil {
		return nil
	}
	return req.ID
}

// idOr returns id, null where there is none: in a batch the field is always
// there.
func idOr(id json.RawMessage) json.RawMessage {
	if id == nil {
		return json.RawMessage("null")
	}
	return id
}

func badRequest(id json.RawMessage, kind string, err error) Result {
	return Result{
		ID:          idOr(id),
		Diagnostics: []Diagnostic{{Code: BadRequest, Severity: syntax.Error.String(), Kind: kind, Message: err.Error()}},
		Columns:     []Column{},
	}
}
