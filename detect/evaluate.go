package detect

import (
	"context"
	"fmt"
	"time"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Querier runs the query of a rule. The rows are those of the window (from,
// to] on TimeGenerated, and now() is to. The result is the last table of the
// answer.
type Querier interface {
	Query(ctx context.Context, text string, from, to time.Time) (types.Schema, []*column.Batch, error)
}

// An Evaluation is the outcome of a rule at one time.
type Evaluation struct {
	Rule     *Rule
	From, To time.Time // the window (From, To]
	Schema   types.Schema
	Batches  []*column.Batch
	Rows     int
	// Fired says whether the number of rows raised alerts.
	Fired  bool
	Alerts []Alert

	texts texts
	// tooMany says of which properties the alerts would have more values than they may.
	tooMany map[string]bool
	// unfit are those of which a column had a value that they may not have.
	unfit map[string]bool
}

// An Alert is what a rule has found, for people.
type Alert struct {
	// ID is the same whenever the same rule finds the same rows in the same
	// window.
	ID          string
	Name        string
	Description string
	Severity    Severity
	Tactics     []string
	Techniques  []string
	Entities    []Entity
	// Details are the rule's custom details: by key, the distinct values of
	// their columns.
	Details map[string][]string
	// Properties are those that the rule overrides: AlertLink and so on.
	Properties map[string]string
	// Rows are the rows of the evaluation, counted from 0, that the alert is
	// about.
	Rows []int
	// Row is the row as JSON, perhaps cut, of an alert about one that has neither entities nor
	// details: nothing else says what it is about.
	Row string
	// Events tell the rows apart from those of other windows, if the rule raises one
	// alert an event; else there are none.
	Events []string
}

// An Entity is someone or something that an alert is about.
type Entity struct {
	Type string
	// Fields are the identifiers with their values, in the rule's order.
	Fields []EntityField
}

// An EntityField is one identifier of an entity.
type EntityField struct{ Identifier, Value string }

// maxAlerts is how many alerts a run of a rule raises at most.
//
// Source: Microsoft's documentation of event grouping, and of near-real-time
// rules.
func maxAlerts(k Kind) int {
	if k == NRT {
		return 30
	}
	return 150
}

// Evaluate runs a rule for the scheduled time at.
func Evaluate(ctx context.Context, r *Rule, at time.Time, q Querier) (*Evaluation, error) {
	from, to := r.Window(at)
	return EvaluateWindow(ctx, r, from, to, q)
}

// EvaluateWindow runs a rule for the window (from, to].
func EvaluateWindow(ctx context.Context, r *Rule, from, to time.Time, q Querier) (*Evaluation, error) {
	return EvaluateUnseen(ctx, r, from, to, q, nil)
}

// EvaluateUnseen runs a rule for the window (from, to]. If the rule raises one alert an
// event, seen says of which events it has raised one before: their rows are counted
// and raise none.
func EvaluateUnseen(ctx context.Context, r *Rule, from, to time.Time, q Querier, seen func(event string) bool) (*Evaluation, error) {
	e := &Evaluation{Rule: r, From: from, To: to}
	var err error
	e.Schema, e.Batches, err = q.Query(ctx, r.Query, e.From, e.To)
	if err != nil {
		return nil, fmt.Errorf("rule %s at %s: %w", r.Name, to.Format(time.RFC3339), err)
	}
	for _, b := range e.Batches {
		e.Rows += b.Len()
	}
	if e.texts, err = newTexts(e); err != nil {
		return nil, err
	}
	rows := e.unseen(seen)
	e.Fired = r.Trigger.Fires(len(rows))
	if !e.Fired {
		return e, nil
	}
	before, all := map[string]int{}, groups(r, rows)
	e.tooMany = e.overcrowded(all)
	for _, rows := range all {
		a := e.alert(rows)
		id := a.ID
		if n := before[id]; n > 0 { // equal rows are alerts of their own
			a.ID = e.identity(rows, n)
		}
		before[id]++
		e.Alerts = append(e.Alerts, a)
	}
	return e, nil
}

// groups returns the rows of each alert. If there are too many for an alert
// each, the last one is about all.
func groups(r *Rule, all []int) [][]int {
	n := len(all)
	if r.Grouping != AlertPerResult || n == 0 {
		return [][]int{all}
	}
	most := maxAlerts(r.Kind)
	var out [][]int
	for i := range n {
		if i == most-1 && n > most {
			return append(out, all)
		}
		out = append(out, all[i:i+1])
	}
	return out
}

// Text returns how to read the cells of a column as text: as KQL's tostring()
// has them, a null being empty. It reports whether the result has the column.
func (e *Evaluation) Text(column string) (func(row int) string, bool) {
	f, ok := e.texts.columns[column]
	return f, ok
}
