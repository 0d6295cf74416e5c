package output

import (
	"bufio"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/column"
)

// eachRow calls f for every row of t with the row's cell writers, which are
// made once a batch. first is true for the first row of the table.
func eachRow(t kql.Table, writer func(column.Column) cell, f func(cells []cell, i int, first bool) error) error {
	first := true
	cells := make([]cell, t.Schema.Len())
	for _, b := range t.Batches {
		for j := range cells {
			c, err := b.Column(j)
			if err != nil {
				return err
			}
			cells[j] = writer(c)
		}
		for i := range b.Len() {
			if err := f(cells, i, first); err != nil {
				return err
			}
			first = false
		}
	}
	return nil
}

// writeObjects writes the rows of t as JSON objects with sep between them.
func writeObjects(w *bufio.Writer, t kql.Table, sep, end string) error {
	keys := make([][]byte, t.Schema.Len())
	for j, c := range t.Schema.Columns {
		if j > 0 {
			keys[j] = append(keys[j], ',')
		}
		keys[j] = append(appendJSONString(keys[j], c.Name), ':')
	}
	var buf []byte
	return eachRow(t, jsonCell, func(cells []cell, i int, first bool) error {
		buf = buf[:0]
		if !first {
			buf = append(buf, sep...)
		}
		buf = append(buf, '{')
		for j, cell := range cells {
			buf = cell(append(buf, keys[j]...), i)
		}
		buf = append(append(buf, '}'), end...)
		_, err := w.Write(buf)
		return err
	})
}

// writeArrays writes the rows of t as JSON arrays, as Kusto's answers do.
func writeArrays(w *bufio.Writer, t kql.Table) error { return writeArraysOf(w, t, jsonCell) }

// writeArraysOf is writeArrays with other cells.
func writeArraysOf(w *bufio.Writer, t kql.Table, writer func(column.Column) cell) error {
	var buf []byte
	return eachRow(t, writer, func(cells []cell, i int, first bool) error {
		buf = buf[:0]
		if !first {
			buf = append(buf, ',')
		}
		buf = append(buf, '[')
		for j, cell := range cells {
			if j > 0 {
				buf = append(buf, ',')
			}
			buf = cell(buf, i)
		}
		buf = append(buf, ']')
		_, err := w.Write(buf)
		return err
	})
}
