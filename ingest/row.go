package ingest

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A columns is the columns of one table, as far as they are known: all of a
// table of the catalog, those met so far of another.
type columns struct {
	known bool // the catalog has the table
	names map[string]int
	cols  []types.Column // Type is Unknown where values decide
}

// unmappedColumn is the hidden column that keeps what no column of a known table
// takes, as a bag.
const unmappedColumn = "_Unmapped"

func newColumns(schema types.Schema, known bool) *columns {
	c := &columns{known: known, names: map[string]int{}}
	for _, col := range schema.Columns {
		c.add(col)
	}
	if known && c.at(unmappedColumn) < 0 {
		c.add(types.Column{Name: unmappedColumn, Type: types.Dynamic, Hidden: true})
	}
	return c
}

func (c *columns) add(col types.Column) int {
	c.names[col.Name] = len(c.cols)
	c.cols = append(c.cols, col)
	return len(c.cols) - 1
}

func (c *columns) at(name string) int {
	if i, ok := c.names[name]; ok {
		return i
	}
	return -1
}

// fold returns the only column whose name equals name but for case.
func (c *columns) fold(name string) int {
	found := -1
	for i, col := range c.cols {
		if strings.EqualFold(col.Name, name) {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// A layout is how records of one mapping fill the columns of their table. It is
// for one goroutine.
type layout struct {
	*columns
	m     *mapping
	cache [numScopes]map[string]int
}

// ignored is the slot of a key that says nothing.
const ignored = -1

// unmapped is the slot of a key that no column takes.
const unmapped = -2

// slot returns the column that key fills in a scope, ignored or unmapped.
func (l *layout) slot(s scope, key string) int {
	if i, ok := l.cache[s][key]; ok {
		return i
	}
	if l.cache[s] == nil {
		l.cache[s] = map[string]int{}
	}
	key = strings.Clone(key)
	i := l.resolve(s, key)
	l.cache[s][key] = i
	return i
}

func (l *layout) resolve(s scope, key string) int {
	column := key
	var override map[string]string
	switch s {
	case inEnvelope:
		override = l.m.envelope
	case inProperties:
		override = l.m.properties
	}
	name, given := override[key]
	switch {
	case given && name == "":
		return ignored
	case given:
		column = name
	case s != inFlat:
		column = pascal(key)
	}
	if i := l.at(column); i >= 0 {
		return i
	}
	if i := l.fold(column); i >= 0 {
		return i
	}
	if l.known {
		return unmapped
	}
	return l.add(types.Column{Name: column})
}

// A row stages the values of one record, as JSON text, until all its parts are
// read: what properties say wins over the envelope.
type row struct {
	l     *layout
	raw   []string // by column; "" for no value
	used  []int    // the columns with a value
	extra strings.Builder
}

func (r *row) begin(l *layout) {
	for _, i := range r.used {
		r.raw[i] = ""
	}
	r.l, r.used = l, r.used[:0]
	r.extra.Reset()
}

// put stages the value of a key.
func (r *row) put(s scope, key, raw string) {
	if key == "" && (raw == `""` || raw == "null") {
		return // Entra writes such members
	}
	switch i := r.l.slot(s, key); i {
	case ignored:
	case unmapped:
		r.keep(key, raw)
	default:
		r.putAt(i, raw)
	}
}

func (r *row) putAt(i int, raw string) {
	for len(r.raw) < len(r.l.cols) {
		r.raw = append(r.raw, "")
	}
	if r.raw[i] == "" {
		r.used = append(r.used, i)
	} else if raw == "null" || raw == `""` {
		return // an empty property does not hide what the envelope said
	}
	r.raw[i] = raw
}

// keep adds a key to the bag of what no column takes.
func (r *row) keep(key, raw string) {
	if raw == "null" {
		return
	}
	if r.extra.Len() == 0 {
		r.extra.WriteByte('{')
	} else {
		r.extra.WriteByte(',')
	}
	r.extra.Write(appendQuoted(nil, key))
	r.extra.WriteByte(':')
	r.extra.WriteString(raw)
}

// filled reports whether a column has a value that is not empty.
func (r *row) filled(name string) bool {
	v := r.value(name)
	return v != "" && v != "null" && v != `""`
}

// value returns the JSON text staged for a column, "" if there is none.
func (r *row) value(name string) string {
	i := r.l.at(name)
	if i < 0 || i >= len(r.raw) {
		return ""
	}
	return r.raw[i]
}

// set stages JSON text for a column, if the table has it.
func (r *row) set(name, raw string) {
	if i := r.l.at(name); i >= 0 {
		r.putAt(i, raw)
	}
}
