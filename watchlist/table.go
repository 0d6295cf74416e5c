package watchlist

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Items returns what _GetWatchlist(alias) answers with: the columns of the items,
// then those of the list, which are strings. The columns that the workspace's own
// function takes apart or drops (WatchlistItem, _DTItemStatus …) are hidden: usable
// by name. It follows the page "Build queries or detection rules with watchlists".
func (s *Set) Items(alias string) (plan.Source, bool) {
	l, ok := s.lists[alias]
	if !ok {
		return nil, false
	}
	t := newTable(len(l.items))
	t.text(itemID, func(i int) string { return l.items[i].id })
	t.time(lastUpdated, func(i int) int64 { return l.items[i].updated })
	t.text(searchKey, func(i int) string { return l.items[i].key })
	for c, name := range l.columns {
		t.text(name, func(i int) string { return l.items[i].values[c] })
	}
	shown := t.schema.Len()
	t.bag("WatchlistItem", func(i int) dynamic.Value { return l.bag(i) })
	t.text("_DTItemStatus", func(int) string { return created })
	t.text("_DTItemType", func(int) string { return itemType })
	t.time("_DTTimestamp", func(i int) int64 { return l.items[i].updated })
	for i := shown; i < t.schema.Len(); i++ {
		t.schema.Columns[i].Hidden = true
	}
	return t.source(), true
}

// What the table Watchlist says of a row that is an item and has not been deleted.
const (
	itemType = "watchlist-item"
	created  = "Create"
)

// AliasTable returns what _GetWatchlistAlias answers with: the names of the lists.
func (s *Set) AliasTable() plan.Source {
	aliases := s.Aliases()
	t := newTable(len(aliases))
	t.text("WatchlistAlias", func(i int) string { return aliases[i] })
	return t.source()
}

// Table returns the rows of the workspace's table Watchlist, whose columns are
// those of schema: one for each item of each list.
func (s *Set) Table(schema types.Schema) plan.Source {
	type row struct {
		*list
		at int
	}
	var rows []row
	for _, alias := range s.Aliases() {
		l := s.lists[alias]
		for i := range l.items {
			rows = append(rows, row{l, i})
		}
	}
	texts := map[string]func(i int) string{
		itemID:            func(i int) string { return rows[i].items[rows[i].at].id },
		searchKey:         func(i int) string { return rows[i].items[rows[i].at].key },
		"_DTItemStatus":   func(int) string { return created },
		"_DTItemType":     func(int) string { return itemType },
		"WatchlistAlias":  func(i int) string { return rows[i].alias },
		"WatchlistName":   func(i int) string { return rows[i].name },
		"WatchlistId":     func(i int) string { return makeID(rows[i].alias, -1, nil) },
		"WatchlistItemId": func(i int) string { return rows[i].items[rows[i].at].id },
		"Type":            func(int) string { return "Watchlist" },
	}
	times := map[string]bool{lastUpdated: true, "CreatedTimeUTC": true, "_DTTimestamp": true, "TimeGenerated": true}
	t := newTable(len(rows))
	for _, c := range schema.Columns {
		switch {
		case c.Type == types.String && texts[c.Name] != nil:
			t.text(c.Name, texts[c.Name])
		case c.Type == types.DateTime && times[c.Name]:
			t.time(c.Name, func(i int) int64 { return rows[i].items[rows[i].at].updated })
		case c.Type == types.Dynamic && c.Name == "WatchlistItem":
			t.bag(c.Name, func(i int) dynamic.Value { return rows[i].bag(rows[i].at) })
		default:
			t.add(c, column.NullConst(c.Type, len(rows)))
		}
	}
	t.schema = schema
	return t.source()
}

// bag returns an item's own columns as one value.
func (l *list) bag(i int) dynamic.Value {
	var b dynamic.BagBuilder
	for c, name := range l.columns {
		b.SetString(name, l.items[i].values[c])
	}
	return b.Value()
}

// A table is built column by column. A name that it has already is not added
// again.
type table struct {
	schema types.Schema
	cols   []column.Column
	rows   int
}

func newTable(rows int) *table { return &table{rows: rows} }

func (t *table) add(c types.Column, col column.Column) {
	t.schema.Columns = append(t.schema.Columns, c)
	t.cols = append(t.cols, col)
}

func (t *table) text(name string, of func(i int) string) { fill(t, name, types.String, of) }
func (t *table) time(name string, of func(i int) int64)  { fill(t, name, types.DateTime, of) }
func (t *table) bag(name string, of func(i int) dynamic.Value) {
	fill(t, name, types.Dynamic, of)
}

func fill[T column.Value](t *table, name string, typ types.Type, of func(i int) T) {
	if t.schema.Index(name) >= 0 {
		return
	}
	vals := make([]T, t.rows)
	for i := range vals {
		vals[i] = of(i)
	}
	t.add(types.Column{Name: name, Type: typ}, column.NewVec(typ, vals, nil))
}

func (t *table) source() plan.Source {
	return plan.NewMemory(t.schema, []*column.Batch{column.NewBatch(t.rows, t.cols)})
}
