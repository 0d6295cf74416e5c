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
