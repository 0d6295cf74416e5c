package detect

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
)

// texts reads the cells of a result as text.
type texts struct {
	whole   *column.Batch // nil if there are no rows
	columns map[string]func(row int) string
	order   []func(row int) string // of all columns
	named   []namedColumn          // all columns by name
}

func newTexts(e *Evaluation) (texts, error) {
	t := texts{columns: map[string]func(int) string{}}
	if e.Rows == 0 {
		none := func(int) string { return "" }
		for _, c := range e.Schema.Columns {
			t.columns[c.Name] = none
		}
		return t, nil
	}
	whole, err := column.Concat(e.Schema, e.Batches)
	if err != nil {
		return t, err
	}
	t.whole = whole
	for i, c := range e.Schema.Columns {
		col, err := whole.Column(i)
		if err != nil {
			return t, err
		}
		f := cellText(col)
		t.columns[c.Name] = f
		t.order = append(t.order, f)
		t.named = append(t.named, newNamedColumn(c.Name, col, f))
	}
	slices.SortFunc(t.named, func(a, b namedColumn) int { return strings.Compare(a.name, b.name) })
	return t, nil
}

// cell returns a cell as text, empty if the result has no such column.
func (e *Evaluation) cell(name string, row int) string {
	f, ok := e.texts.columns[name]
	if !ok {
		return ""
	}
	return f(row)
}

// alert makes the alert that is about the rows.
func (e *Evaluation) alert(rows []int) Alert {
	r := e.Rule
	first := firstOf(rows)
	a := Alert{
		ID: e.identity(rows, 0), Rows: rows, Severity: r.Severity, Tactics: r.Tactics,
		Name:        cmp.Or(e.override(nameProperty, first), r.Name),
		Description: cmp.Or(e.override(descriptionProperty, first), r.Description),
		Techniques:  e.techniques(first), Details: e.details(rows), Properties: map[string]string{},
	}
	if s := Severity(e.override(severityProperty, first)); s != "" {
		a.Severity = s
	}
	if list := knownTactics(splitList(e.override(tacticsProperty, first))); len(list) > 0 {
		a.Tactics = list
	}
	if r.Remediation != "" {
		a.Properties["RemediationSteps"] = r.Remediation
	}
	if r.Once {
		for _, i := range rows {
			a.Events = append(a.Events, e.event(i))
		}
	}
	for property := range r.Override.Properties {
		if v := e.override(property, first); v != "" && property != techniquesProperty && property != subTechniquesProperty {
			a.Properties[property] = v
		}
	}
	a.Entities = e.entities(rows)
	if len(rows) == 1 && len(a.Entities)+len(a.Details) == 0 {
		a.Row = e.rowText(first)
	}
	return a
}

// maxRowText is how long, in bytes, the row of an alert is for people.
const maxRowText = 500

// rowText returns a row for people; empty if it can't be read, which its query tells.
func (e *Evaluation) rowText(row int) string {
	text, err := e.EventText(row)
	if err != nil {
		return ""
	}
	if len(text) > maxRowText {
		text = strings.ToValidUTF8(text[:maxRowText], "") + "…"
	}
	return text
}

// maxEntities is how many entities an alert has at most; the mappings share
// them evenly.
//
// Source: Microsoft's page on mapping fields to entities.
const maxEntities = 500

func (e *Evaluation) entities(rows []int) []Entity {
	var out []Entity
	mappings := e.Rule.Entities
	for _, m := range mappings {
		seen := map[string]bool{}
		for _, i := range rows {
			x := Entity{Type: m.Type}
			for _, f := range m.Fields {
				if v := e.cell(f.Column, i); v != "" {
					x.Fields = append(x.Fields, EntityField{f.Identifier, v})
				}
			}
			key := fmt.Sprintf("%q", x.Fields)
			if len(x.Fields) > 0 && !seen[key] && !x.builtIn() && len(seen) < maxEntities/len(mappings) {
				seen[key] = true
				out = append(out, x)
			}
		}
	}
	for _, col := range e.Rule.EntityColumns {
		for _, i := range rows {
			for _, x := range parseEntities(e.cell(col, i)) {
				if len(out) < maxEntities && !slices.ContainsFunc(out, x.equal) {
					out = append(out, x)
				}
			}
		}
	}
	return fitting(out)
}

// parseEntities reads a list of entities as Sentinel's alerts have them, objects
// with a Type. What is no such list has none.
func parseEntities(text string) []Entity {
	var list []map[string]any
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	var out []Entity
	for _, object := range list {
		var x Entity
		for _, key := range slices.Sorted(maps.Keys(object)) {
			value, ok := object[key].(string)
			switch {
			case !ok || value == "" || strings.HasPrefix(key, "$"):
			case key == "Type":
				x.Type = value
			default:
				x.Fields = append(x.Fields, EntityField{key, value})
			}
		}
		if x.Type != "" && len(x.Fields) > 0 {
			out = append(out, x)
		}
	}
	return out
}

func (x Entity) equal(y Entity) bool {
	return strings.EqualFold(x.Type, y.Type) && slices.Equal(x.Fields, y.Fields)
}
