package catalog

import (
	"slices"

	"github.com/calypso-kql/calypso/catalog/internal/tabledef"
	"github.com/calypso-kql/calypso/kql/types"
)

// A tableBuilder merges the columns of the references into one table. A column
// that is already there is left as it is: the first reference wins.
type tableBuilder struct {
	table           Table
	visible, hidden []types.Column
}

func (b *tableBuilder) from(source string) {
	if b.table.Source != "" {
		source = b.table.Source + "+" + source
	}
	b.table.Source = source
}

func (b *tableBuilder) show(fields []tabledef.Field) {
	b.visible = slices.Grow(b.visible, len(fields)+8)
	known := len(b.visible)
	for _, f := range fields {
		if !hasColumn(b.visible[:known], f.Name) {
			b.visible = append(b.visible, types.Column{Name: f.Name, Type: f.Type})
		}
	}
}

// hide adds hidden columns. A visible column of the same name hides them in
// turn: build drops them, since more visible columns may come.
func (b *tableBuilder) hide(fields []tabledef.Field) {
	for _, f := range fields {
		if !hasColumn(b.hidden, f.Name) {
			b.hidden = append(b.hidden, types.Column{Name: f.Name, Type: f.Type, Hidden: true})
		}
	}
}

func (b *tableBuilder) build() Table {
	n := len(b.visible)
	for _, c := range b.hidden {
		if !hasColumn(b.visible[:n], c.Name) {
			b.visible = append(b.visible, c)
		}
	}
	b.table.Schema = types.Schema{Columns: b.visible}
	return b.table
}

func hasColumn(cols []types.Column, name string) bool {
	return slices.ContainsFunc(cols, func(c types.Column) bool { return c.Name == name })
}
