package external

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// Text reads a text that is in hand, as the data of a command or the body of a
// request, in one of Kusto's text formats: of r its Schema and Properties count,
// the format is csv where they do not say it. name is the text's in errors, and
// what the transformation SourceLocation gives. The reader yields batches of the
// schema's columns; values that are no value of their column's type are null.
//
// Source: the Kusto documentation, "Data formats supported for ingestion".
func Text(name string, text io.Reader, r Request) (column.Reader, error) {
	t := &table{schema: r.Schema}
	mapping, err := t.properties(r.Properties)
	if err != nil {
		return nil, err
	}
	format, err := formatOf(t.format, "")
	if err != nil {
		return nil, err
	}
	if format == "parquet" {
		return nil, fmt.Errorf("the format parquet is not text: read its file with calypso ingest")
	}
	in := input{uri: name, path: name, format: format}
	if t.fields, err = fieldsOf(r.Schema, mapping, []input{in}); err != nil {
		return nil, err
	}
	fields := slices.Clone(t.fields)
	for i := range fields {
		fields[i].location = name
	}
	file := newText(text, io.NopCloser(nil))
	w := &textReader{schema: r.Schema}
	if isJSON(format) {
		w.rows, err = newJSON(file, r.Schema, fields, t.skipFirst)
	} else {
		w.rows, err = newDelimited(file, format, r.Schema, fields, t.skipFirst, true)
	}
	if err != nil {
		return nil, err
	}
	return w, nil
}

// Body is Text for data that is in memory, which may also be Parquet.
func Body(name string, data []byte, r Request) (column.Reader, error) {
	if r.Properties["format"] != "parquet" {
		return Text(name, bytes.NewReader(data), r)
	}
	t := &table{schema: r.Schema}
	mapping, err := t.properties(r.Properties)
	if err != nil {
		return nil, err
	}
	if t.fields, err = fieldsOf(r.Schema, mapping, []input{{uri: name, path: name, format: "parquet"}}); err != nil {
		return nil, err
	}
	fields := slices.Clone(t.fields)
	for i := range fields {
		fields[i].location = name
	}
	declared := declaredOf(r.Schema, fields)
	file, err := parquet.OpenReader(inMemory{bytes.NewReader(data)}, int64(len(data)), name, parquet.Options{Declared: declared, MaxBytes: r.MaxBytes})
	if err != nil {
		return nil, err
	}
	rows, err := parquetRows(file, r.Schema, fields)
	if err != nil {
		return nil, err
	}
	return &textReader{schema: r.Schema, rows: rows}, nil
}

// inMemory is data that needs no closing.
type inMemory struct{ *bytes.Reader }

// Close implements io.Closer.
func (inMemory) Close() error { return nil }

// textReader reads the records of a text, all columns of them.
type textReader struct {
	schema types.Schema
	rows   records
}

// Schema implements column.Reader.
func (r *textReader) Schema() types.Schema { return r.schema }

// Next implements column.Reader.
func (r *textReader) Next(ctx context.Context) (*column.Batch, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return r.rows.next(ctx, defaultRows)
}

// Close implements column.Reader.
func (r *textReader) Close() error { return r.rows.close() }
