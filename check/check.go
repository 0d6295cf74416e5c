// Package check tells what is wrong with queries without running them, for
// people and for machines: diagnostics, and the columns of the result.
package check

import (
	"encoding/json"
	"unicode/utf8"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// A Diagnostic is a finding about a query.
type Diagnostic struct {
	Code string `json:"code"`
	// Severity is one of Microsoft's, in lower case: error, warning, suggestion.
	// Only errors keep a query from running.
	Severity string `json:"severity"`
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
	// ID is the id of the request in a batch, as it was written; nil outside of
	// one.
	ID          json.RawMessage `json:"id,omitempty"`
	Diagnostics []Diagnostic    `json:"diagnostics"` // never nil
	// Columns is the schema of the last table of the answer, as far as it is
	// known where there are errors; empty, never nil, if there is none.
	Columns []Column `json:"columns"`
	// Refused says that the query can't be run though it has no error: Microsoft's analyzer
	// takes what the engine refuses.
	Refused bool `json:"-"`
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
	q, diags := e.Check(text, c)
	r := Result{Diagnostics: make([]Diagnostic, 0, len(diags)), Columns: []Column{}}
	units := newUnits(text)
	for i, d := range diags {
		kind := "semantic"
		if i < q.SyntaxErrors() {
			kind = "syntax"
		}
		r.Refused = r.Refused || d.Refused
		r.Diagnostics = append(r.Diagnostics, Diagnostic{
			Code: d.Code, Severity: d.Severity.String(), Kind: kind,
			Start: units.at(d.Pos), End: units.at(d.End), Message: d.Message,
		})
	}
	if all := q.Results(); len(all) > 0 {
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
