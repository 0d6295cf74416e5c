// Package explain says what a query does: its steps in plain words, what it uses,
// what it answers with, and the plan that runs.
//
// All of it is derived from the query itself. The words come from the syntax tree
// with the binder's findings; they say no more than the query does, and where
// there are no better words they quote the query's own text. Tables and columns
// that are read come from the optimized plan.
package explain

import (
	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/exec"
	"github.com/calypso-kql/calypso/kql/plan"
)

// An Explanation is what there is to say about a query that has no errors.
type Explanation struct {
	Steps []Step `json:"steps"`
	// Tables are those that the plan reads, with the columns that are left after
	// optimization, in the order in which the query reaches them.
	Tables []Table `json:"tables"`
	// Columns are the names of columns that the text mentions, sorted; those of
	// tables and those that the query makes.
	Columns []string `json:"columns"`
	// Operators are the tabular operators and the statements, in the order of
	// their first use.
	Operators []string `json:"operators"`
	// Functions are the functions, aggregates and plugins, in the order of their
	// first use.
	Functions []Function `json:"functions"`
	// Comparisons are the operators of expressions, in the order of first use.
	Comparisons []string `json:"comparisons"`
	// Results are the columns of each table of the answer.
	Results []Result `json:"results"`
	// Plan is the optimized plan, as EXPLAIN prints it.
	Plan string `json:"plan"`
	// Note says why the plan and the results are not yet the final ones; empty if
	// they are.
	Note string `json:"note,omitempty"`
}

// A Step is a sentence, with the steps of the subqueries that it speaks of.
type Step struct {
	Text  string `json:"text"`
	Steps []Step `json:"steps,omitempty"`
}

// A Table is a table that is read.
type Table struct {
	Name    string   `json:"name"`
	Columns []string `json:"columns"` // never nil
}

// A Function is a function that the text calls. Doc is empty for functions that
// the query declares itself and for those of a workspace.
type Function struct {
	Name string `json:"name"`
	Doc  string `json:"doc,omitempty"`
}

// A Result is one table of the answer. Name is empty unless a final `as` gives
// it.
type Result struct {
	Name    string   `json:"name,omitempty"`
	Columns []Column `json:"columns"` // never nil
}

// A Column is a column of the answer.
type Column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// Of explains a query that was compiled without errors. o are the options of the
// run that the plan is for; Now and Scope matter. Nothing is run: where only the
// rows tell which columns there are (bag_unpack, pivot), the plan is the one before
// optimization.
func Of(e *kql.Engine, q *kql.Query, o kql.RunOptions) (*Explanation, error) {
	p, note := q.Plan(), ""
	if plan.HasPending(p) {
		note = "some columns are known only when the query runs; this is the plan before that"
	} else {
		var err error
		if p, err = q.Optimized(o); err != nil {
			return nil, err
		}
	}
	x := &Explanation{
		Note:  note,
		Steps: steps(q),
		Plan:  p.String(),
	}
	x.uses(e, q)
	x.about(p)
	return x, nil
}

// Executed puts the plan that ran in the place of the one that was foreseen, with
// the figures of each operator.
func (x *Explanation) Executed(p *plan.Query, stats *exec.Stats) {
	x.about(p)
	x.Plan, x.Note = "", ""
	for _, r := range p.Results {
		x.Plan += stats.Explain(r.Root)
	}
}

// about fills in what the plan alone tells.
func (x *Explanation) about(p *plan.Query) {
	x.Tables = tables(p)
	x.Results = make([]Result, len(p.Results))
	for i, r := range p.Results {
		x.Results[i] = result(r)
	}
}

func result(r plan.Result) Result {
	out := Result{Name: r.Name, Columns: []Column{}}
	for _, c := range r.Schema().Columns {
		out.Columns = append(out.Columns, Column{c.Name, c.Type.String()})
	}
	return out
}
