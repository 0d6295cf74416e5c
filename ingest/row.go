package ingest

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/types"
)

// A columns is the columns of one table, as far as they are known: all of a
// table of the catalog, those met so far of another.
type columns struct {
	known bool // no column is added
	grows bool // columns are added, but no more than maxColumns
	names map[string]int
	// folded has, by names in lower case, the column that is called so but for case,
	// ambiguous if there are several.
	folded map[string]int
	cols   []types.Column // Type is Unknown where values decide
}

const ambiguous = -1

// unmappedColumn is the hidden column that keeps what no column of a known table
// takes, as a bag.
const unmappedColumn = "_Unmapped"

// maxColumns is how many columns a table that grows may have, as in Log
// Analytics.
//
// Source: Microsoft's documentation, "Azure Monitor service limits".
const maxColumns = 500

func newColumns(schema types.Schema, known, grows bool) *columns {
	c := &columns{known: known && !grows, grows: grows, names: map[string]int{}, folded: map[string]int{}}
	for _, col := range schema.Columns {
		c.add(col)
	}
	if grows && c.at("TimeGenerated") < 0 {
		c.add(types.Column{Name: "TimeGenerated", Type: types.DateTime})
	}
	if (known || grows) && c.at(unmappedColumn) < 0 {
		c.add(types.Column{Name: unmappedColumn, Type: types.Dynamic, Hidden: true})
	}
	return c
}

func (c *columns) add(col types.Column) int {
	c.names[col.Name] = len(c.cols)
	lower := strings.ToLower(col.Name)
	if _, taken := c.folded[lower]; taken {
		c.folded[lower] = ambiguous
	} else {
		c.folded[lower] = len(c.cols)
	}
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
	if i, ok := c.folded[strings.ToLower(name)]; ok {
		return i
	}
	return -1
}

// A layout is how records of one mapping fill the columns of their table. It is
// for one goroutine.
type layout struct {
	*columns
	key   layoutKey
	m     *mapping
	slots [numScopes][]slot // by the id of a key
	// constants fill columns that the record does not.
	constants                []constant
	typ, generated, received int // columns of a known table, or -1
	table                    value
	refused                  error // why no record may be laid out so
}

type constant struct {
	column int
	value  value
}

// A slot is what a key fills: a column's position and firstColumn, or one of the
// others.
type slot int32

const (
	unresolved slot = iota
	ignored         // the key says nothing
	unmapped        // no column takes it
	firstColumn
)

func newLayout(key layoutKey, m *mapping, c *columns) *layout {
	l := &layout{columns: c, key: key, m: m, typ: -1, generated: -1, received: -1, table: valueOf(m.table)}
	for name, text := range m.constants {
		if i := c.at(name); i >= 0 {
			l.constants = append(l.constants, constant{i, valueOf(text)})
		}
	}
	if c.known || c.grows {
		l.typ, l.generated, l.received = c.at("Type"), c.at("TimeGenerated"), c.at("_TimeReceived")
	}
	return l
}

// slot returns what a key fills in a scope.
func (l *layout) slot(s scope, k *key) slot {
	if k.id < len(l.slots[s]) {
		if x := l.slots[s][k.id]; x != unresolved {
			return x
		}
	}
	for len(l.slots[s]) <= k.id {
		l.slots[s] = append(l.slots[s], unresolved)
	}
	x := l.resolve(s, k.name)
	l.slots[s][k.id] = x
	return x
}

func (l *layout) resolve(s scope, key string) slot {
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
	i := l.at(column)
	if i < 0 {
		i = l.fold(column)
	}
	if i < 0 && given && l.known && s == inProperties {
		i = l.fold(key)
	}
	if i < 0 && (l.known || l.grows && len(l.cols) >= maxColumns) {
		return unmapped
	}
	if i < 0 {
		i = l.add(types.Column{Name: column, Hidden: isStandard(column)})
	}
	return firstColumn + slot(i)
}

// isStandard reports whether a column is one of those that Log Analytics gives every
// table and hides.
//
// Source: Microsoft's documentation, "Standard columns in Azure Monitor Logs".
func isStandard(column string) bool {
	switch column {
	case "_TimeReceived", "_ItemId", "_ResourceId", "_SubscriptionId", "_IsBillable", "_BilledSize", "_Internal_WorkspaceResourceId":
		return true
	}
	return false
}

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
