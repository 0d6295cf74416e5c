package external

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// delimiters are those of the formats whose records are lines of fields.
var delimiters = map[string]rune{"csv": ',', "tsv": '\t', "tsve": '\t', "psv": '|', "scsv": ';', "sohsv": 1}

// delimited reads records of fields, which go to columns by their order.
type delimited struct {
	text   *textFile
	fields func() ([]string, error) // io.EOF after the last record
	schema types.Schema
	of     []field
}

// newDelimited reads a text. strict says that it is data to be stored, of which Kusto
// refuses what is no right CSV.
func newDelimited(text *textFile, format string, s types.Schema, of []field, skipFirst, strict bool) (records, error) {
	d := &delimited{text: text, schema: s, of: of}
	switch format {
	case "txt":
		d.fields = lines(text, func(line string) []string { return []string{line} })
	case "tsve":
		d.fields = lines(text, escapedFields)
	case "raw":
		d.fields = whole(text)
	default:
		d.fields = separated(text, delimiters[format], strict)
	}
	if skipFirst {
		if _, err := d.fields(); err != nil && !errors.Is(err, io.EOF) {
			return nil, errors.Join(err, text.close())
		}
	}
	return d, nil
}

func (d *delimited) close() error { return d.text.close() }

// next implements records: the texts of each column are gathered, then converted at
// once.
func (d *delimited) next(_ context.Context, n int) (*column.Batch, error) {
	texts := make([][]string, len(d.of))
	rows := 0
	for ; rows < n; rows++ {
		fields, err := d.fields()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		for i, f := range d.of {
			text := ""
			if f.ordinal >= 0 && f.ordinal < len(fields) {
				text = fields[f.ordinal]
			}
			texts[i] = append(texts[i], text)
		}
	}
	if rows == 0 {
		return nil, io.EOF
	}
	cols := make([]column.Column, len(d.of))
	for i, f := range d.of {
		t := d.schema.Columns[i].Type
		if text, ok := f.constant(); ok {
			cols[i] = repeated(fromTexts(t, []string{text}), rows)
		} else {
			cols[i] = fromTexts(t, texts[i])
		}
	}
	return column.NewBatch(rows, cols), nil
}

// lines returns the fields of each line that is not empty.
func lines(r *textFile, split func(string) []string) func() ([]string, error) {
	return func() ([]string, error) {
		for {
			line, err := r.ReadString('\n')
			line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
			if line != "" {
				return split(line), nil
			}
			if err != nil {
				return nil, err
			}
		}
	}
}

// escapedFields takes a line of tsve apart, where a backslash stands before what is
// no delimiter.
func escapedFields(line string) []string {
	var out []string
	var field strings.Builder
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\t':
			out = append(out, field.String())
			field.Reset()
		case c == '\\' && i+1 < len(line):
			i++
			field.WriteByte(unescaped(line[i]))
		default:
			field.WriteByte(c)
		}
	}
	return append(out, field.String())
}

func unescaped(c byte) byte {
	switch c {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	}
	return c
}

// whole returns a text as one record.
func whole(r *textFile) func() ([]string, error) {
	done := false
	return func() ([]string, error) {
		if done {
			return nil, io.EOF
		}
		done = true
		var b bytes.Buffer
		if _, err := b.ReadFrom(r); err != nil {
			return nil, err
		}
		if b.Len() == 0 {
			return nil, io.EOF
		}
		return []string{b.String()}, nil
	}
}
