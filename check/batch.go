package check

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"

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

// Batch checks queries, one per line: it reads {"id", "query", "environment"} and
// writes a Result for each, in order. environment is optional; catalogOf returns
// the catalog of one, "" being the default, and is called for one line at a time.
// Every line that is not blank is answered: one that is no request, or names no
// environment, with a diagnostic of code [BadRequest]. Lines are checked side by
// side, but an answer never waits for a line that has not come yet. Batch returns
// the number of lines with an error; its own error is one of reading or writing.
func Batch(e *kql.Engine, r io.Reader, w io.Writer, catalogOf func(environment string) (bind.Catalog, error)) (bad int, err error) {
	pending := make(chan chan Result, 2*runtime.GOMAXPROCS(0))
	stop := make(chan struct{})
	defer close(stop)
	var readErr error // set before pending is closed
	go func() {
		defer close(pending)
		readErr = eachLine(r, func(n int, line []byte) bool {
			answer := make(chan Result, 1)
			select {
			case pending <- answer:
			case <-stop:
				return false
			}
			check := checkLine(e, n, line, catalogOf)
			go func() { answer <- check() }()
			return true
		})
	}()
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for answer := range pending {
		res := <-answer
		if res.Errors() > 0 {
			bad++
		}
		if err := enc.Encode(res); err != nil {
			return bad, err
		}
		if len(pending) == 0 {
			if err := out.Flush(); err != nil {
				return bad, err
			}
		}
	}
	return bad, errors.Join(readErr, out.Flush())
}

// eachLine calls f for every line that is not blank, with its number, until f
// returns false.
func eachLine(r io.Reader, f func(n int, line []byte) bool) error {
	in := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(bytes.TrimSpace(line)) > 0 && !f(n, line) {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// checkLine reads the request of a line, and returns what checks it.
func checkLine(e *kql.Engine, n int, line []byte, catalogOf func(string) (bind.Catalog, error)) func() Result {
	refuse := func(id json.RawMessage, kind string, err error) func() Result {
		return func() Result { return badRequest(id, kind, err) }
	}
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		if mistyped := new(json.UnmarshalTypeError); errors.As(err, &mistyped) {
			err = fmt.Errorf("%s cannot be of type %s", cmp.Or(mistyped.Field, "the line"), mistyped.Value)
		}
		return refuse(idOf(line), "syntax", fmt.Errorf(`line %d: want {"id": …, "query": …}: %w`, n, err))
	}
	if req.Query == nil {
		return refuse(req.ID, "syntax", fmt.Errorf(`line %d: want {"id": …, "query": …}: it has no query`, n))
	}
	c, err := catalogOf(req.Environment)
	if err != nil {
		return refuse(req.ID, "semantic", fmt.Errorf("line %d: %w", n, err))
	}
	return func() Result {
		res := Query(e, *req.Query, c)
		res.ID = idOr(req.ID)
		return res
	}
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
