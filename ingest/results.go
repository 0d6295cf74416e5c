package ingest

import (
	"errors"
	"fmt"

	"github.com/calypso-kql/calypso/kql/dynamic"
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
	var names []string
	rowsText := ""
	_, err := dynamic.ScanMembers(text, 0, func(name, raw string) bool {
		switch name {
		case "columns", "Columns":
			names = columnNames(raw)
		case "rows", "Rows":
			rowsText = raw
		}
		return true
	})
	if err != nil {
		d.report(err)
		return
	}
	d.resultRows(names, rowsText)
}

// resultRows decodes the rows of a table of an answer. names is nil and rowsText
// empty where it has none.
func (d *decoder) resultRows(names []string, rowsText string) {
	if names == nil || rowsText == "" {
		d.report(errors.New("a result table without columns and rows"))
		return
	}
	var members []member
	if _, err := dynamic.ScanElements(rowsText, 0, func(_ int, raw string) bool {
		members = members[:0]
		i := 0
		if _, err := dynamic.ScanElements(raw, 0, func(_ int, cell string) bool {
			if i < len(names) {
				members = append(members, member{d.keys.get(names[i]), value{raw: cell}})
			}
			i++
			return true
		}); err != nil {
			d.report(err)
			return true
		}
		if i != len(names) {
			d.report(fmt.Errorf("a row of %d cells under %d columns", i, len(names)))
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
	var names []string
	frame, kind, rowsText := "", "", ""
	for i := range members {
		switch m := &members[i]; m.key.name {
		case "FrameType":
			frame = m.text()
		case "TableKind":
			kind = m.text()
		case "Columns":
			names = columnNames(m.raw)
		case "Rows":
			rowsText = m.raw
		}
	}
	switch {
	case frame == "TableFragment":
		d.report(errors.New("a progressive answer is not read: ask for it with results_progressive_enabled=false"))
	case frame == "DataTable" && kind == "PrimaryResult":
		d.resultRows(names, rowsText)
	}
}

// columnNames reads the names out of a result's list of columns.
func columnNames(list string) []string {
	names := []string{}
	dynamic.ScanElements(list, 0, func(_ int, raw string) bool {
		name := ""
		dynamic.ScanMembers(raw, 0, func(key, value string) bool {
			if (key == "name" || key == "ColumnName") && value[0] == '"' {
				name = dynamic.Unquote(value)
			}
			return true
		})
		names = append(names, name)
		return true
	})
	return names
}
