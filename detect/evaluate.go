package detect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
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

// An Evaluation is what a rule came to at one time.
type Evaluation struct {
	Rule     *Rule
	From, To time.Time // the window (From, To]
	Schema   types.Schema
	Batches  []*column.Batch
	Rows     int
	// Fired says whether the number of rows raised alerts.
	Fired  bool
	Alerts []Alert
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
}

// An Entity is someone or something that an alert is about.
type Entity struct {
	Type string
	// Fields are the identifiers with their values, in the rule's order.
	Fields []EntityField
}

// An EntityField is one identifier of an entity.
type EntityField struct{ Identifier, Value string }

// maxAlerts is how many alerts a run raises at most; the last one stands for
// all rows that are left.
const maxAlerts = 150

// Evaluate runs a rule for the scheduled time at.
func Evaluate(ctx context.Context, r *Rule, at time.Time, q Querier) (*Evaluation, error) {
	e := &Evaluation{Rule: r}
	e.From, e.To = r.Window(at)
	var err error
	e.Schema, e.Batches, err = q.Query(ctx, r.Query, e.From, e.To)
	if err != nil {
		return nil, fmt.Errorf("rule %s at %s: %w", r.Name, at.Format(time.RFC3339), err)
	}
	for _, b := range e.Batches {
		e.Rows += b.Len()
	}
	e.Fired = r.Trigger.Fires(e.Rows)
	if !e.Fired {
		return e, nil
	}
	texts, err := newTexts(e)
	if err != nil {
		return nil, err
	}
	for _, rows := range groups(r.Grouping, e.Rows) {
		e.Alerts = append(e.Alerts, texts.alert(rows))
	}
	return e, nil
}

// groups returns the rows of each alert.
func groups(g Grouping, n int) [][]int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	if g != AlertPerResult || n == 0 {
		return [][]int{all}
	}
	var out [][]int
	for i := range n {
		if i == maxAlerts-1 {
			return append(out, all[i:])
		}
		out = append(out, all[i:i+1])
	}
	return out
}

// texts reads cells of an evaluation's result as text.
type texts struct {
	e       *Evaluation
	columns map[string]func(row int) string
	key     []func(row int) string // all columns, for an alert's identity
}

func newTexts(e *Evaluation) (*texts, error) {
	t := &texts{e: e, columns: map[string]func(int) string{}}
	whole, err := column.Concat(e.Schema, e.Batches)
	if err != nil {
		return nil, err
	}
	for i, c := range e.Schema.Columns {
		col, err := whole.Column(i)
		if err != nil {
			return nil, err
		}
		f := cellText(col)
		t.columns[c.Name] = f
		t.key = append(t.key, f)
	}
	return t, nil
}

func (t *texts) cell(name string, row int) string {
	f, ok := t.columns[name]
	if !ok || row >= t.e.Rows {
		return ""
	}
	return f(row)
}

func (t *texts) alert(rows []int) Alert {
	r := t.e.Rule
	first := 0
	if len(rows) > 0 {
		first = rows[0]
	}
	a := Alert{
		ID: t.identity(rows), Rows: rows, Severity: r.Severity, Tactics: r.Tactics, Techniques: r.Techniques,
		Name:        t.format(r.Override.NameFormat, r.Name, first, 256),
		Description: t.format(r.Override.DescriptionFormat, r.Description, first, 5000),
		Details:     map[string][]string{}, Properties: map[string]string{},
	}
	switch s := Severity(t.cell(r.Override.SeverityColumn, first)); s {
	case High, Medium, Low, Informational:
		a.Severity = s
	}
	if s := t.cell(r.Override.TacticsColumn, first); s != "" {
		a.Tactics = strings.Split(strings.Trim(s, `[]"`), ",")
	}
	for property, col := range r.Override.Properties {
		if v := t.cell(col, first); v != "" {
			a.Properties[property] = v
		}
	}
	for key, col := range r.CustomDetails {
		a.Details[key] = t.distinct(col, rows, 50)
	}
	a.Entities = t.entities(rows)
	return a
}

// distinct returns the first values of a column that differ and are not empty.
func (t *texts) distinct(col string, rows []int, most int) []string {
	seen := map[string]bool{}
	var out []string
	for _, i := range rows {
		if v := t.cell(col, i); v != "" && !seen[v] && len(out) < most {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// maxEntities is how many entities an alert has at most.
const maxEntities = 500

func (t *texts) entities(rows []int) []Entity {
	var out []Entity
	seen := map[string]bool{}
	for _, m := range t.e.Rule.Entities {
		for _, i := range rows {
			e := Entity{Type: m.Type}
			for _, f := range m.Fields {
				if v := t.cell(f.Column, i); v != "" {
					e.Fields = append(e.Fields, EntityField{f.Identifier, v})
				}
			}
			key := fmt.Sprint(e)
			if len(e.Fields) > 0 && !seen[key] && len(out) < maxEntities {
				seen[key] = true
				out = append(out, e)
			}
		}
	}
	return out
}

var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// format fills the columns into a format; an empty format, or one that names no
// column of the result, gives otherwise.
func (t *texts) format(format, otherwise string, row, most int) string {
	if format == "" {
		return otherwise
	}
	known := true
	s := placeholder.ReplaceAllStringFunc(format, func(m string) string {
		name := placeholder.FindStringSubmatch(m)[1]
		if _, ok := t.columns[name]; !ok {
			known = false
		}
		return t.cell(name, row)
	})
	if !known || strings.TrimSpace(s) == "" {
		return otherwise
	}
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// identity derives an alert's ID from the rule, the window and the rows.
func (t *texts) identity(rows []int) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%d\x00%d\x00", t.e.Rule.ID, t.e.From.UnixNano(), t.e.To.UnixNano())
	for _, i := range rows {
		for _, f := range t.key {
			s := f(i)
			fmt.Fprintf(h, "%d:%s", len(s), s)
		}
	}
	sum := h.Sum(nil)
	return hex.EncodeToString(sum[:16])
}
