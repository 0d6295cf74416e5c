package ingest

import (
	"errors"
	"strings"

	"github.com/calypso-kql/calypso/kql/dynamic"
)

// A member is a key of a JSON object with the text of its value.
type member struct{ name, raw string }

// A decoder turns JSON records into rows. It is for one goroutine.
type decoder struct {
	tables  Tables
	into    string // the table that all records go to; "" to let them say
	base    string // the table of records that don't say
	row     row
	members []member
	layouts map[layoutKey]*layout
	columns map[string]*columns
	out     map[string]*rows
	order   []string // tables in the order of their first row
}

type layoutKey struct{ table, category string }

func newDecoder(tables Tables, into, base string) *decoder {
	return &decoder{tables: tables, into: into, base: base, layouts: map[layoutKey]*layout{}, columns: map[string]*columns{}, out: map[string]*rows{}}
}

var errNotRecord = errors.New("want a JSON object")

// value decodes the JSON value text: a record, or an array or envelope of
// records. Each record that is wrong is reported on its own; the others are
// decoded.
func (d *decoder) value(text string, report func(error)) {
	switch first(text) {
	case '[':
		if _, err := dynamic.ScanElements(text, 0, func(_ int, raw string) bool {
			d.value(raw, report)
			return true
		}); err != nil {
			report(err)
		}
	case '{':
		d.object(text, report)
	default:
		report(errNotRecord)
	}
}

func first(text string) byte {
	for i := range len(text) {
		if c := text[i]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c
		}
	}
	return 0
}

func (d *decoder) object(text string, report func(error)) {
	members := d.members[:0]
	end, err := dynamic.ScanMembers(text, 0, func(name, raw string) bool {
		members = append(members, member{name, raw})
		return true
	})
	d.members = members
	if err == nil && strings.TrimSpace(text[end:]) != "" {
		err = &dynamic.SyntaxError{Offset: end}
	}
	if err != nil {
		report(err)
		return
	}
	if list, ok := envelopeOf(members); ok {
		d.members = nil // the records inside need their own
		d.value(list, report)
		return
	}
	if tables, ok := resultTables(members); ok {
		d.members = nil
		d.results(tables, report)
		return
	}
	d.record(members, report)
}

// envelopeOf returns the array of records that an object only wraps: the body of
// an event ("records"), or a page of Microsoft Graph ("value").
func envelopeOf(members []member) (list string, ok bool) {
	for _, m := range members {
		switch {
		case m.name == "category" || m.name == "Type":
			return "", false
		case (m.name == "records" || m.name == "value") && m.raw[0] == '[':
			list, ok = m.raw, true
		case m.name != "records" && m.name != "value" && !strings.HasPrefix(m.name, "@odata."):
			return "", false
		}
	}
	return list, ok
}

// record decodes one record.
func (d *decoder) record(members []member, report func(error)) {
	category, kind, properties := "", "", ""
	for _, m := range members {
		switch {
		case m.name == "category" && m.raw[0] == '"':
			category = dynamic.Unquote(m.raw)
		case m.name == "Type" && m.raw[0] == '"':
			kind = dynamic.Unquote(m.raw)
		case m.name == "properties" && m.raw[0] == '{':
			properties = m.raw
		}
	}
	enveloped := category != "" && (properties != "" || hasTime(members))
	if !enveloped {
		category = ""
	}
	l, table := d.layout(category, kind)
	d.row.begin(l)
	s := inFlat
	if enveloped {
		s = inEnvelope
	}
	for _, m := range members {
		if !enveloped || m.name != "properties" || m.raw[0] != '{' {
			d.row.put(s, m.name, m.raw)
		}
	}
	if enveloped && properties != "" {
		if _, err := dynamic.ScanMembers(properties, 0, func(name, raw string) bool {
			d.row.put(inProperties, name, raw)
			return true
		}); err != nil {
			report(err)
			return
		}
	}
	d.row.complete(table)
	d.rowsOf(table).add(&d.row)
}

func hasTime(members []member) bool {
	for _, m := range members {
		if m.name == "time" {
			return true
		}
	}
	return false
}

// layout returns the layout for records of a category (diagnostic records) or
// kind (the Type of an exported row), and the name of their table.
func (d *decoder) layout(category, kind string) (*layout, string) {
	m := &mapping{}
	switch {
	case category != "":
		m = mappingOf(category)
	case kind != "":
		m.table = kind
	default:
		m.table = d.base
	}
	if d.into != "" {
		c := *m
		c.table = d.into
		m = &c
	}
	key := layoutKey{m.table, category}
	if l := d.layouts[key]; l != nil {
		return l, m.table
	}
	l := &layout{columns: d.columnsOf(m.table), m: m}
	d.layouts[key] = l
	return l, m.table
}

// columnsOf returns the columns of a table, which all its layouts share.
func (d *decoder) columnsOf(table string) *columns {
	c := d.columns[table]
	if c == nil {
		schema, known := d.tables.Schema(table)
		c = newColumns(schema, known)
		d.columns[table] = c
	}
	return c
}

func (d *decoder) rowsOf(table string) *rows {
	t := d.out[table]
	if t == nil {
		t = &rows{table: table, c: d.columnsOf(table)}
		d.out[table] = t
		d.order = append(d.order, table)
	}
	return t
}
