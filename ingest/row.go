package ingest

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A row stages the values of one record until all its parts are read: what
// properties say wins over the envelope.
type row struct {
	l      *layout
	values []value // by column; raw is "" for no value
	from   []staged
	used   []int  // the columns with a value
	extra  []byte // the bag of what no column takes
	copied bool   // _TimeReceived is the record's TimeGenerated
}

// staged is the member that a column has its value of.
type staged struct {
	s scope
	k *key
}

func (r *row) begin(l *layout) {
	for _, i := range r.used {
		r.values[i], r.from[i] = value{}, staged{}
	}
	r.l, r.used, r.extra, r.copied = l, r.used[:0], nil, false
	r.grow()
}

// put stages the value of a key.
func (r *row) put(s scope, m *member) {
	switch x := r.l.slot(s, m.key); {
	case m.key.name == "" && m.isEmpty(): // Entra writes such members
	case x == ignored:
	case x == unmapped:
		r.keep(m)
	default:
		i := int(x - firstColumn)
		if i >= len(r.values) {
			r.grow()
		}
		if have := r.from[i]; have.k != nil && have.k != m.key && have.s == s && !m.isEmpty() && !r.values[i].isEmpty() && strings.EqualFold(have.k.name, m.key.name) {
			r.part(i, have, m)
			return
		}
		r.putAt(i, m.value)
		r.from[i] = staged{s, m.key}
	}
}

// part stages a member whose key differs only in case from that of the member which a
// column has its value of. Columns differ by case, too, but sources do not always write
// a key alike, so that such keys fill one column until a record has both: then the
// other one gets a column of its own, where the table grows, and is kept with what no
// column takes where it does not.
func (r *row) part(i int, have staged, m *member) {
	other := *m
	if r.l.cols[i].Name == m.key.name {
		other = member{key: have.k, value: r.values[i]}
		r.values[i], r.from[i] = m.value, staged{have.s, m.key}
	}
	if r.l.known || have.s != inFlat || r.l.grows && len(r.l.cols) >= maxColumns {
		r.keep(&other)
		return
	}
	at := r.l.at(other.key.name)
	if at < 0 {
		at = r.l.add(types.Column{Name: other.key.name})
	}
	r.l.slots[have.s][other.key.id] = firstColumn + slot(at)
	r.putAt(at, other.value)
	r.from[at] = staged{have.s, other.key}
}

// grow makes room for columns that were met since.
func (r *row) grow() {
	for len(r.values) < len(r.l.cols) {
		r.values, r.from = append(r.values, value{}), append(r.from, staged{})
	}
}

func (r *row) putAt(i int, v value) {
	if i >= len(r.values) {
		r.grow()
	}
	if r.values[i].raw == "" {
		r.used = append(r.used, i)
	} else if v.isEmpty() {
		return // an empty property does not hide what the envelope said
	}
	r.values[i] = v
}

// keep adds a member to the bag of what no column takes.
func (r *row) keep(m *member) {
	if m.isNull() {
		return
	}
	if r.extra == nil {
		r.extra = append(r.extra, '{')
	} else {
		r.extra = append(r.extra, ',')
	}
	r.extra = append(r.extra, m.key.token...)
	r.extra = append(r.extra, m.raw...)
}

// keepUnmapped adds what the record itself has in the column of what no column takes,
// as an exported row does, to the bag.
func (r *row) keepUnmapped() {
	own := r.value(unmappedColumn)
	if own.isEmpty() {
		return
	}
	text := strings.TrimSpace(own.raw)
	if text[0] != '{' {
		r.extra = append(append(r.extra, `,"`+unmappedColumn+`":`...), text...)
	} else if inside := strings.TrimSpace(text[1 : len(text)-1]); inside != "" {
		r.extra = append(append(r.extra, ','), inside...)
	}
}

// value returns what is staged for a column; nothing if the table lacks it.
func (r *row) value(name string) value {
	if i := r.l.at(name); i >= 0 {
		return r.values[i]
	}
	return value{}
}

// set stages a value for a column, if the table has it.
func (r *row) set(name string, v value) {
	if i := r.l.at(name); i >= 0 {
		r.putAt(i, v)
	}
}

// setEmpty stages a value for a column that the table has and that has none.
func (r *row) setEmpty(name string, v value) {
	if r.value(name).isEmpty() {
		r.set(name, v)
	}
}

// complete stages what every row of a table has besides its record: the
// mapping's constants, the name of the table, and when it was received.
func (r *row) complete() {
	for _, c := range r.l.constants {
		if r.values[c.column].isEmpty() {
			r.putAt(c.column, c.value)
		}
	}
	if r.l.m.derive != nil {
		r.l.m.derive(r)
	}
	if r.extra != nil {
		r.keepUnmapped()
		r.set(unmappedColumn, value{raw: str(append(r.extra, '}'))})
	}
	if i := r.l.typ; i >= 0 && r.values[i].isEmpty() {
		r.putAt(i, r.l.table)
	}
	// The time of arrival is not in a diagnostic record. The time of the event
	// is the latest time that is known not to be after it.
	if i, j := r.l.received, r.l.generated; i >= 0 && j >= 0 && r.values[i].isEmpty() && !r.values[j].isEmpty() {
		r.putAt(i, r.values[j])
		r.copied = true
	}
}
