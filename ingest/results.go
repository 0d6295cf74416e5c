package ingest

import (
	"errors"
	"fmt"

	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// resultTables returns the tables of a query's answer saved as a file: the Log
// Analytics query API writes "tables", Kusto "Tables".
func resultTables(members []member) (tables string, ok bool) {
	for _, m := range members {
		if m.key.role == roleTables && m.raw[0] == '[' {
			return m.raw, true
		}
	}
	return "", false
}

// results decodes the first table of an answer; Kusto's further tables describe
// the first.
func (d *decoder) results(tables string) {
	n := 0
	_, err := dynamic.ScanElements(tables, 0, func(_ int, raw string) bool {
		n++
		if n == 1 {
			d.resultTable(raw)
		}
		return true
	})
	if err != nil {
		d.report(err)
	}
}

func (d *decoder) resultTable(text string) {
	var columns *answerColumns
	rowsText := ""
	_, err := dynamic.ScanMembers(text, 0, func(name, raw string) bool {
		switch name {
		case "columns", "Columns":
			columns = d.answerOf(raw)
		case "rows", "Rows":
			rowsText = raw
		}
		return true
	})
	if err != nil {
		d.report(err)
		return
	}
	d.resultRows(columns, rowsText)
}

// resultRows decodes the rows of a table of an answer. columns is nil and rowsText
// empty where it has none.
func (d *decoder) resultRows(columns *answerColumns, rowsText string) {
	if columns == nil || rowsText == "" {
		d.report(errors.New("a result table without columns and rows"))
		return
	}
	d.under(columns, func() { d.rowsUnder(columns, rowsText) })
}

func (d *decoder) rowsUnder(columns *answerColumns, rowsText string) {
	var members []member
	if _, err := dynamic.ScanElements(rowsText, 0, func(_ int, raw string) bool {
		members = members[:0]
		i := 0
		if _, err := dynamic.ScanElements(raw, 0, func(_ int, cell string) bool {
			if i < len(columns.keys) {
				members = append(members, member{columns.keys[i], value{raw: cell}})
			}
			i++
			return true
		}); err != nil {
			d.report(err)
			return true
		}
		if i != len(columns.keys) {
			d.report(fmt.Errorf("a row of %d cells under %d columns", i, len(columns.keys)))
			return true
		}
		d.recordOf(members)
		return true
	}); err != nil {
		d.report(err)
	}
}

// isFrame reports whether an object is a part of an answer of Kusto's second form, a
// list of frames.
//
// Source: Microsoft's documentation, "Query V2 HTTP response".
func isFrame(members []member) bool {
	for i := range members {
		if m := &members[i]; m.key.role == roleFrame && m.raw[0] == '"' {
			switch m.text() {
			case "DataSetHeader", "DataTable", "DataSetCompletion", "TableHeader", "TableFragment", "TableProgress", "TableCompletion":
				return true
			}
		}
	}
	return false
}

// frame decodes the rows of a frame that has a table of the result. Others describe
// it.
func (d *decoder) frame(members []member) {
	var columns *answerColumns
	frame, kind, rowsText := "", "", ""
	for i := range members {
		switch m := &members[i]; m.key.name {
		case "FrameType":
			frame = m.text()
		case "TableKind":
			kind = m.text()
		case "Columns":
			columns = d.answerOf(m.raw)
		case "Rows":
			rowsText = m.raw
		}
	}
	switch {
	case frame == "TableFragment":
		d.report(errors.New("a progressive answer is not read: ask for it with results_progressive_enabled=false"))
	case frame == "DataTable" && kind == "PrimaryResult":
		d.resultRows(columns, rowsText)
	}
}

// answerColumns are the columns of an answer or under a header, with the types that are
// said of them, Unknown where none is.
type answerColumns struct {
	keys  []*key
	types []types.Type
}

// answerOf reads the columns out of a result's list of them.
func (d *decoder) answerOf(list string) *answerColumns {
	a := &answerColumns{}
	dynamic.ScanElements(list, 0, func(_ int, raw string) bool {
		name, typ := "", types.Unknown
		dynamic.ScanMembers(raw, 0, func(key, value string) bool {
			if value[0] != '"' {
				return true
			}
			switch key {
			case "name", "ColumnName":
				name = dynamic.Unquote(value)
			case "type", "ColumnType":
				typ, _ = types.Lookup(dynamic.Unquote(value))
			}
			return true
		})
		a.keys, a.types = append(a.keys, d.keys.get(name)), append(a.types, typ)
		return true
	})
	return a
}

// under decodes rows under the columns given, by f. Where there are none, their table has
// the columns all the same.
func (d *decoder) under(a *answerColumns, f func()) {
	d.answer, d.answered = a, nil
	defer func() { d.answer, d.answered = nil, nil }()
	f()
	if d.answered == nil {
		if l := d.layout(layoutKey{into: d.into, base: d.base}); l.refused == nil {
			d.declare(l)
		}
	}
}

// declare notes the columns of the answer for the table that its rows go to.
func (d *decoder) declare(l *layout) {
	if t := d.rowsOf(l); t != d.answered || t.declared == nil {
		t.declare(l, d.answer)
		d.answered = t
	}
}
