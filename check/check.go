// Package check tells what is wrong with queries without running them, for
// people and for machines: diagnostics, and the columns of the result.
package check

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// A Diagnostic is a finding about a query.
type Diagnostic struct {
	Code     string `json:"code"`
	Severity string `json:"severity"` // error, warning, information …
	// Kind is "syntax" for what the parser finds and "semantic" for what the
	// binder does.
	Kind string `json:"kind"`
	// Start and End are the place in the text, in UTF-16 code units from its
	// beginning, as editors and Microsoft's language service count.
	Start   int    `json:"start"`
	End     int    `json:"end"`
	Message string `json:"message"`
}

// A Column is a column of a query's result.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// A Result is what there is to say about one query.
type Result struct {
	ID          string       `json:"id,omitempty"`
	Diagnostics []Diagnostic `json:"diagnostics"`
	// Columns is the schema of the last table of the answer, null if the query
	// has none.
	Columns []Column `json:"columns"`
}

// Errors returns the number of diagnostics of severity error.
func (r Result) Errors() int {
	n := 0
	for _, d := range r.Diagnostics {
		if d.Severity == syntax.Error.String() {
			n++
		}
	}
	return n
}

// Query checks one query against a catalog.
func Query(e *kql.Engine, text string, c bind.Catalog) Result {
	q, diags := e.Compile(text, c)
	r := Result{Diagnostics: make([]Diagnostic, 0, len(diags))}
	units := newUnits(text)
	for i, d := range diags {
		kind := "semantic"
		if i < q.SyntaxErrors() {
			kind = "syntax"
		}
		r.Diagnostics = append(r.Diagnostics, Diagnostic{
			Code: d.Code, Severity: d.Severity.String(), Kind: kind,
			Start: units.at(d.Pos), End: units.at(d.End), Message: d.Message,
		})
	}
	if all := q.Results(); len(all) > 0 {
		r.Columns = []Column{}
		for _, c := range all[len(all)-1].Columns {
			r.Columns = append(r.Columns, Column{c.Name, c.Type.String()})
		}
	}
	return r
}

// units converts byte offsets, asked for in any order, to UTF-16 code units.
type units struct{ before []int }

func newUnits(text string) units {
	u := units{before: make([]int, len(text)+1)}
	n := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		for j := range size {
			u.before[i+j] = n
		}
		i += size
		n++
		if r > 0xffff {
			n++
		}
	}
	u.before[len(text)] = n
	return u
}

func (u units) at(offset int) int { return u.before[min(offset, len(u.before)-1)] }

// A request is one line of a batch.
type request struct {
	ID          string `json:"id"`
	Query       string `json:"query"`
	Environment string `json:"environment"`
}

// Batch checks a query a line: it reads {"id", "query", "environment"} and
// writes a Result for each, in order. environment is optional. catalogOf returns
// the catalog of an environment, "" being the default. It returns the number of
// queries with an error; a line that is no request ends it with an error.
func Batch(e *kql.Engine, r io.Reader, w io.Writer, catalogOf func(environment string) (bind.Catalog, error)) (bad int, err error) {
	in := bufio.NewReaderSize(r, 1<<20)
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			res, cerr := checkLine(e, line, catalogOf)
			if cerr != nil {
				return bad, errors.Join(fmt.Errorf("line %d: %w", n, cerr), out.Flush())
			}
			if res.Errors() > 0 {
				bad++
			}
			if err := enc.Encode(res); err != nil {
				return bad, err
			}
		}
		if errors.Is(err, io.EOF) {
			return bad, out.Flush()
		}
		if err != nil {
			return bad, errors.Join(err, out.Flush())
		}
	}
}

func checkLine(e *kql.Engine, line []byte, catalogOf func(string) (bind.Catalog, error)) (Result, error) {
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		return Result{}, fmt.Errorf(`want {"id": …, "query": …}: %w`, err)
	}
	c, err := catalogOf(req.Environment)
	if err != nil {
		return Result{}, err
	}
	res := Query(e, req.Query, c)
	res.ID = req.ID
	return res, nil
}
