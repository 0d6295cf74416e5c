package ingest

import (
	"errors"
	"strings"
)

// A decoder turns JSON records into rows. It is for one goroutine, and can be
// used for one piece of input after the other: what it has learnt of names and
// values stays.
type decoder struct {
	tables Tables
	into   string // the table that all records go to; "" to let them say
	base   string // the table of records that don't say
	grows  func(table string) bool
	name   func(table string) error // what is wrong with a table's name; may be nil
	asText bool                     // dynamic values stay text

	scan         scanner
	keys         keyring
	outer, inner sequence // of records and of their properties
	members      []member
	properties   []member
	row          row

	layouts map[layoutKey]*layout
	latest  *layout
	columns map[string]*columns
	out     map[string]*rows
	order   []*rows // the tables of this piece, in the order of their first row
	piece   *piece  // what is being decoded
	line    int     // of the record
	values  uint32  // ids of values given so far

	// full, if not nil, is called when a piece has many rows, and takes them; it
	// is for input whose pieces are not cut to size. An error of it ends the
	// decoding.
	full   func() error
	failed error
	rows   int // since the last call

	// answer is the columns of the answer, or under the header, whose rows are being
	// decoded, nil elsewhere; answered is where they are known.
	answer   *answerColumns
	answered *rows

	mistakes int // records rejected so far
	// listLine is how many lines behind the record's first one its list of
	// records begins, if it has one.
	listLine int
}

// A layoutKey is all that decides how a record is laid out.
type layoutKey struct{ category, kind, into, base string }

func newDecoder(tables Tables, asText bool) *decoder {
	d := &decoder{tables: tables, asText: asText}
	d.forget()
	return d
}

// begin prepares for a piece of an input.
func (d *decoder) begin(in Input, p *piece) {
	d.into, d.base, d.piece, d.line = in.Into, in.Base, p, p.line
	d.scan, d.failed, d.rows = scanner{text: str(p.text)}, nil, 0
	if len(d.keys.byName) > maxKeys || len(d.layouts) > maxLayouts {
		d.forget()
	}
}

// maxLayouts bounds what is kept of tables: categories may be made up too.
const maxLayouts = 1 << 10

func (d *decoder) forget() {
	d.keys = keyring{byName: map[string]*key{}}
	d.outer, d.inner, d.latest = sequence{}, sequence{}, nil
	d.layouts, d.out = map[layoutKey]*layout{}, map[string]*rows{}
	if len(d.columns) > maxLayouts || d.columns == nil {
		// Otherwise they stay: a table that grows must not get as many again.
		d.columns = map[string]*columns{}
	}
}

// report rejects the record being decoded.
func (d *decoder) report(err error) {
	d.mistakes++
	d.piece.reject(d.line, err)
}

// collect takes the rows so far into the piece.
func (d *decoder) collect() {
	for _, t := range d.order {
		d.piece.parts = append(d.piece.parts, t.take())
	}
	d.order, d.rows = d.order[:0], 0
}

// end takes the rows out of the decoder into its piece.
func (d *decoder) end() {
	d.collect()
	d.piece.text, d.piece, d.full = nil, nil, nil
	d.scan = scanner{}
	d.keys.forgetValues()
}

// manyRows is the number of rows of a full piece.
const manyRows = 1 << 14

// added notes a row that has been added.
func (d *decoder) added() {
	if d.rows++; d.rows >= manyRows && d.full != nil && d.failed == nil {
		d.collect()
		d.failed = d.full()
	}
}

var errNotRecord = errors.New("want a JSON object")

// read scans and checks the JSON value at i, and returns the position behind it;
// !ok if it is no JSON, with next at the mistake. The members of an object are in
// d.members then.
func (d *decoder) read(i int) (next int, ok bool) {
	if i < len(d.scan.text) && d.scan.text[i] == '{' {
		d.properties = d.properties[:0]
		d.members, next, ok = d.scanMembers(i, &d.outer, d.members[:0], true)
		return next, ok
	}
	next, _, ok = d.scan.value(i)
	return next, ok
}

// decode decodes the value at i, which has just been read: a record, or an array
// or envelope of records. Each record that is wrong is reported on its own; the
// others are decoded.
func (d *decoder) decode(i int) {
	switch d.scan.text[i] {
	case '{':
		d.object()
	case '[':
		d.elements(i)
	default:
		d.report(errNotRecord)
	}
}

// elements decodes the elements of the array at i, which has been checked.
func (d *decoder) elements(i int) {
	line, lines := d.line, d.scan.lines
	if i = d.scan.skip(i + 1); d.scan.text[i] == ']' {
		return
	}
	for more := true; more; {
		d.line = line + d.scan.lines - lines
		begin := i
		next, ok := d.read(i)
		if !ok {
			d.report(d.mistake(next - begin))
			return
		}
		after := d.scan.lines
		d.decode(begin)
		d.scan.lines = after // what is inside was scanned a second time
		i = d.scan.skip(next)
		more = d.scan.text[i] == ',' && d.failed == nil
		i = d.scan.skip(i + 1)
	}
}

// object decodes the object whose members have been read.
func (d *decoder) object() {
	if list, ok := envelopeOf(d.members); ok {
		line := d.line
		d.line += d.listLine
		d.inside(list, func() { d.elements(0) })
		d.line = line
		return
	}
	if tables, ok := resultTables(d.members); ok {
		d.results(tables)
		return
	}
	if isFrame(d.members) {
		d.frame(d.members)
		return
	}
	d.record(d.members)
}

// inside calls f while text is what is scanned: a part of the text before.
func (d *decoder) inside(text string, f func()) {
	whole := d.scan
	d.scan = scanner{text: text}
	f()
	d.scan = whole
}

// envelopeOf returns the array of records that an object only wraps: the body of
// an event ("records"), a page of Microsoft Graph ("value"), or Defender's answer to
// a query ("results" beside their schema).
func envelopeOf(members []member) (list string, ok bool) {
	results, described := false, false
	for _, m := range members {
		switch m.key.role {
		case roleRecords, roleResults:
			if ok {
				return "", false // a record that has both
			}
			if m.raw[0] == '[' {
				list, ok = m.raw, true
				results = m.key.role == roleResults
			}
		case roleSchema:
			described = true
		case roleOData:
		default:
			return "", false
		}
	}
	return list, ok && results == described
}

// recordOf decodes a record that was not read as an object: a row of a list.
func (d *decoder) recordOf(members []member) {
	d.properties = d.properties[:0]
	for _, m := range members {
		if m.key.role == roleProperties && m.raw[0] == '{' {
			d.inside(m.raw, func() { d.properties, _, _ = d.scanMembers(0, &d.inner, d.properties[:0], false) })
		}
	}
	d.record(members)
}

// record decodes one record, whose properties, if it has any, are in
// d.properties.
func (d *decoder) record(members []member) {
	key := layoutKey{into: d.into, base: d.base}
	properties, timed := false, false
	for _, m := range members {
		switch m.key.role {
		case roleCategory:
			if m.raw[0] == '"' {
				key.category = m.text()
			}
		case roleType:
			if m.raw[0] == '"' {
				key.kind = m.text()
			}
		case roleProperties:
			properties = properties || m.raw[0] == '{'
		case roleTime:
			timed = true
		}
	}
	enveloped := key.category != "" && (properties || timed)
	if !enveloped {
		key.category = ""
	}
	l := d.layout(key)
	if l.refused != nil {
		d.report(l.refused)
		return
	}
	if d.answer != nil && !enveloped {
		d.declare(l)
	}
	d.row.begin(l)
	if !enveloped {
		for i := range members {
			d.row.put(inFlat, &members[i])
		}
	} else {
		for i := range members {
			if m := &members[i]; m.key.role != roleProperties || m.raw[0] != '{' {
				d.row.put(inEnvelope, m)
			}
		}
		for i := range d.properties {
			d.row.put(inProperties, &d.properties[i])
		}
	}
	d.row.complete()
	d.rowsOf(l).add(&d.row, d.line)
	d.added()
}

// errNoTable is told of a record that does not say its table, where nobody else does.
var errNoTable = errors.New("the record does not say which table it is for, as its category or Type: send it to a table by name")

// layout returns the layout for records of a category (diagnostic records) or
// kind (the Type of an exported row).
func (d *decoder) layout(key layoutKey) *layout {
	if d.latest != nil && d.latest.key == key {
		return d.latest
	}
	l := d.layouts[key]
	if l == nil {
		key.category, key.kind = strings.Clone(key.category), strings.Clone(key.kind)
		m := &mapping{table: key.base}
		switch {
		case key.category != "":
			m = mappingOf(key.category)
		case key.kind != "":
			m.table = key.kind
		}
		if key.into != "" {
			m.table = key.into
		}
		var refused error
		switch {
		case m.table == "":
			refused = errNoTable
		case d.name != nil:
			refused = d.name(m.table)
		}
		l = newLayout(key, m, d.columnsOf(m.table))
		l.refused = refused
		d.layouts[key] = l
	}
	d.latest = l
	return l
}

// columnsOf returns the columns of a table, which all its layouts share.
func (d *decoder) columnsOf(table string) *columns {
	c := d.columns[table]
	if c == nil {
		schema, known := d.tables.Schema(table)
		c = newColumns(schema, known, d.grows != nil && d.grows(table))
		d.columns[table] = c
	}
	return c
}

func (d *decoder) rowsOf(l *layout) *rows {
	t := d.out[l.m.table]
	if t == nil {
		// A table whose columns have no types yet is put together as text.
		t = &rows{table: l.m.table, c: l.columns, asText: d.asText || !l.known}
		d.out[l.m.table] = t
	}
	if t.n == 0 && t.declared == nil {
		d.order = append(d.order, t)
	}
	return t
}
