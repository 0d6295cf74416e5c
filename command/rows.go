package command

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// rows gathers the result of a command. A result has a row for each table or the
// like: few enough to hold their cells as they come.
type rows struct {
	schema types.Schema
	cells  [][]any // by row
}

func newRows(s types.Schema) *rows { return &rows{schema: s} }

// add adds a row: a string, bool, int, int64 (also for datetimes and timespans, in
// ticks), float64, GUID or dynamic value for each column, nil for null. Columns
// that are left out at the end are null.
func (r *rows) add(cells ...any) { r.cells = append(r.cells, cells) }

// batch returns the rows as columns.
func (r *rows) batch() (*column.Batch, error) {
	cols := make([]column.Column, r.schema.Len())
	for i, c := range r.schema.Columns {
		var err error
		switch c.Type {
		case types.String:
			cols[i], err = cellsOf(r, i, func(v any) (string, bool) { s, ok := v.(string); return s, ok })
		case types.Bool:
			cols[i], err = cellsOf(r, i, func(v any) (bool, bool) { b, ok := v.(bool); return b, ok })
		case types.Real:
			cols[i], err = cellsOf(r, i, func(v any) (float64, bool) { f, ok := v.(float64); return f, ok })
		case types.GUID:
			cols[i], err = cellsOf(r, i, func(v any) (types.GUID128, bool) { g, ok := v.(types.GUID128); return g, ok })
		case types.Dynamic:
			cols[i], err = cellsOf(r, i, func(v any) (dynamic.Value, bool) { d, ok := v.(dynamic.Value); return d, ok })
		default:
			cols[i], err = cellsOf(r, i, whole)
		}
		if err != nil {
			return nil, err
		}
	}
	return column.NewBatch(len(r.cells), cols), nil
}

func whole(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case int:
		return int64(v), true
	}
	return 0, false
}

// cellsOf returns a column of the rows.
func cellsOf[T column.Value](r *rows, i int, of func(any) (T, bool)) (column.Column, error) {
	c := r.schema.Columns[i]
	vals, valid := make([]T, len(r.cells)), column.NewBitmap(len(r.cells))
	for row, cells := range r.cells {
		if i >= len(cells) || cells[i] == nil {
			continue
		}
		v, ok := of(cells[i])
		if !ok {
			return nil, fmt.Errorf("internal error: the column %s has a value of type %T", c.Name, cells[i])
		}
		vals[row] = v
		valid.Set(row)
	}
	if c.Type == types.String || c.Type == types.Dynamic {
		valid = nil
	}
	return column.NewVec(c.Type, vals, valid), nil
}

// jsonText returns v as JSON, without the escapes that are for HTML.
func jsonText(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return ""
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// dynamicOf returns v as a dynamic value.
func dynamicOf(v any) dynamic.Value {
	d, _ := dynamic.ParseJSON(jsonText(v))
	return d
}
