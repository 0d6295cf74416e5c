package detect

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
)

// texts reads the cells of a result as text.
type texts struct {
	whole   *column.Batch // nil if there are no rows
	columns map[string]func(row int) string
	order   []func(row int) string // of all columns
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
	}
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
	first := 0
	if len(rows) > 0 {
		first = rows[0]
	}
	a := Alert{
		ID: e.identity(rows, 0), Rows: rows, Severity: r.Severity, Tactics: r.Tactics,
		Name:        e.format(r.Override.NameFormat, r.Name, first, maxName),
		Description: e.format(r.Override.DescriptionFormat, r.Description, first, maxDescription),
		Details:     e.details(rows), Properties: map[string]string{},
	}
	if s := Severity(e.cell(r.Override.SeverityColumn, first)); s.known() {
		a.Severity = s
	}
	if list := knownTactics(splitList(e.cell(r.Override.TacticsColumn, first))); len(list) > 0 {
		a.Tactics = list
	}
	a.Techniques = e.techniques(first)
	if r.Remediation != "" {
		a.Properties["RemediationSteps"] = r.Remediation
	}
	if r.Once {
		for _, i := range rows {
			a.Events = append(a.Events, e.event(i))
		}
	}
	for property, col := range r.Override.Properties {
		if v := e.cell(col, first); v != "" && property != techniquesProperty && property != subTechniquesProperty {
			a.Properties[property] = v
		}
	}
	a.Entities = e.entities(rows)
	return a
}

// The dynamic properties that are lists of techniques.
const (
	techniquesProperty    = "Techniques"
	subTechniquesProperty = "SubTechniques"
)

// techniques returns the techniques and sub-techniques of an alert: the rule's, or those that
// columns have instead. What is no technique does not count.
func (e *Evaluation) techniques(row int) []string {
	r := e.Rule
	isSub := func(t string) bool { return strings.Contains(t, ".") }
	list := func(property string) []string {
		return slices.DeleteFunc(splitList(e.cell(r.Override.Properties[property], row)), func(t string) bool { return !techniqueID.MatchString(t) })
	}
	out := slices.Concat(r.Techniques, r.SubTechniques)
	if all := list(techniquesProperty); len(all) > 0 {
		out = all
	}
	if subs := list(subTechniquesProperty); len(subs) > 0 {
		out = append(slices.DeleteFunc(out, isSub), subs...)
	}
	return out
}

// knownTactics returns those of a list that Sentinel knows, as it writes them: a column may
// have Credential Access.
func knownTactics(list []string) (out []string) {
	for _, t := range list {
		if name, ok := named(tactics(), strings.ReplaceAll(t, " ", "")); ok {
			out = append(out, name)
		}
	}
	return out
}

// splitList reads a list as columns hold it: `A, B` or `["A","B"]`.
func splitList(s string) []string {
	var out []string
	for _, item := range strings.Split(strings.Trim(s, "[] \n"), ",") {
		if item = strings.Trim(item, `" `); item != "" {
			out = append(out, item)
		}
	}
	return out
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

var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// format fills the columns into a format; an empty format, or one that names a column
// that the result does not have or that is empty here, gives otherwise.
//
// Source: Microsoft's page on alert details.
func (e *Evaluation) format(format, otherwise string, row, most int) string {
	if format == "" {
		return otherwise
	}
	known := true
	s := placeholder.ReplaceAllStringFunc(format, func(m string) string {
		name := placeholder.FindStringSubmatch(m)[1]
		cell := e.cell(name, row)
		known = known && cell != ""
		return cell
	})
	if s = strings.TrimSpace(s); !known || s == "" {
		return otherwise
	}
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}

// Placeholders returns the columns that the formats name, as often as they do.
func (o *AlertOverride) Placeholders() []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(o.NameFormat+o.DescriptionFormat, -1) {
		out = append(out, m[1])
	}
	return out
}

// identity derives an alert's ID from the rule, the window (but for a rule that raises
// one alert an event), the rows or their events, and the number of alerts before it that are about equal rows.
func (e *Evaluation) identity(rows []int, before int) string {
	h := sha256.New()
	from, to := e.From.UnixNano(), e.To.UnixNano()
	if e.Rule.Once {
		from, to = 0, 0 // an event has one alert, whichever window finds it
	}
	fmt.Fprintf(h, "%s\x00%d\x00%d\x00%d\x00", e.Rule.ID, from, to, before)
	var buf []byte // of some rows: an alert may be about all of a large result
	for _, i := range rows {
		if e.Rule.Once {
			fmt.Fprintf(h, "%s\x00", e.event(i))
			continue
		}
		for _, f := range e.texts.order {
			s := f(i)
			buf = append(strconv.AppendInt(buf, int64(len(s)), 10), ':')
			buf = append(buf, s...)
		}
		if len(buf) >= 1<<12 {
			h.Write(buf)
			buf = buf[:0]
		}
	}
	h.Write(buf)
	sum := h.Sum(nil)
	return hex.EncodeToString(sum[:16])
}
