package output

import (
	"bufio"
	"bytes"

	"github.com/calypso-kql/calypso/kql"
)

// writeDelimited writes a header and the rows, fields quoted where RFC 4180
// asks for it. Tables are separated by an empty line.
func writeDelimited(w *bufio.Writer, tables []kql.Table, comma byte) error {
	for k, t := range tables {
		if k > 0 {
			w.WriteByte('\n')
		}
		var line, field []byte
		for j, c := range t.Schema.Columns {
			if j > 0 {
				line = append(line, comma)
			}
			line = appendField(line, []byte(c.Name), comma)
		}
		w.Write(append(line, '\n'))
		err := eachRow(t, textCell, func(cells []cell, i int, _ bool) error {
			line = line[:0]
			for j, cell := range cells {
				if j > 0 {
					line = append(line, comma)
				}
				field = cell(field[:0], i)
				line = appendField(line, field, comma)
			}
			if len(line) == 0 && len(cells) > 0 {
				// Readers skip empty lines: the one empty field of a row is quoted.
				line = append(line, '"', '"')
			}
			_, err := w.Write(append(line, '\n'))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// appendField writes one field, quoted if it holds the delimiter, a quote or a
// line end.
func appendField(dst, field []byte, comma byte) []byte {
	if bytes.IndexByte(field, comma) < 0 && !bytes.ContainsAny(field, "\"\r\n") {
		return append(dst, field...)
	}
	dst = append(dst, '"')
	for _, b := range field {
		if b == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, b)
	}
	return append(dst, '"')
}
