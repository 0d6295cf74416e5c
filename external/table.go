package external

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// A Request is what a query says of the files that it wants.
type Request struct {
	// Schema is the columns that the text declares.
	Schema types.Schema
	// URIs are storage connection strings.
	URIs []string
	// Properties are those of with (…), their names in lower case.
	Properties map[string]string
	// MaxBytes bounds what the pages of a Parquet file given to [Body] unpack to: more is
	// ErrTooLarge. 0 is no limit.
	MaxBytes int64
}

// ErrTooLarge says that there is more than Request.MaxBytes.
var ErrTooLarge = parquet.ErrTooLarge

// maxBytes is how much of one file, decompressed, a query reads. Kusto calls
// externaldata a thing for small tables of up to 100 MB.
const maxBytes = 1 << 30

// defaultRows is the number of rows in a batch.
const defaultRows = 4096

// Table returns the table that a request describes. What may not be read and what
// makes no sense is an error; files are opened when the table is.
//
// Source: the Kusto documentation, "externaldata operator" and "Data formats
// supported for ingestion".
func (p *Places) Table(r Request) (plan.Source, error) {
	t := &table{schema: r.Schema}
	mapping, err := t.properties(r.Properties)
	if err != nil {
		return nil, err
	}
	for _, uri := range r.URIs {
		file, err := p.Path(uri)
		if err != nil {
			return nil, err
		}
		f, err := formatOf(t.format, uri)
		if err != nil {
			return nil, err
		}
		t.files = append(t.files, input{uri: uri, path: file, format: f})
	}
	if t.fields, err = fieldsOf(r.Schema, mapping, t.files); err != nil {
		return nil, err
	}
	return t, nil
}

// properties takes what with (…) says, and returns the mapping.
func (t *table) properties(given map[string]string) (mapping string, err error) {
	for name, value := range given {
		switch name {
		case "format":
			t.format = strings.ToLower(value)
		case "ignorefirstrecord":
			t.skipFirst = strings.EqualFold(value, "true") || value == "1"
		case "ingestionmapping":
			mapping = value
		default:
			return "", fmt.Errorf("the property %s is not supported; there are format, ignoreFirstRecord and ingestionMapping", name)
		}
	}
	return mapping, nil
}

// An input is one file.
type input struct{ uri, path, format string }

// formatOf returns the format that the text gives, or else the one that the name of
// the file ends with. It is csv if neither says.
func formatOf(given, uri string) (string, error) {
	if given == "" {
		given = "csv"
		name, _, _ := strings.Cut(uri, ";")
		name, _, _ = strings.Cut(name, "?")
		name = strings.ToLower(path.Base(strings.ReplaceAll(name, `\`, "/")))
		name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".zip")
		if ext := strings.TrimPrefix(path.Ext(name), "."); ext == "log" || ext == "orc" || ext == "avro" || isFormat(ext) {
			given = ext
		}
	}
	if !isFormat(given) {
		return "", fmt.Errorf("the format %s is not supported; there are csv, tsv, tsve, psv, scsv, sohsv, txt, raw, json, multijson and parquet", given)
	}
	return given, nil
}

func isFormat(name string) bool {
	return isText(name) || isJSON(name) || name == "parquet"
}

func isJSON(format string) bool { return format == "json" || format == "multijson" }

func isText(format string) bool { return format == "txt" || format == "raw" || delimiters[format] != 0 }

// table is a plan.Source.
type table struct {
	schema    types.Schema
	format    string
	skipFirst bool
	files     []input
	fields    []field // by column
}

// Schema implements plan.Source.
func (t *table) Schema() types.Schema { return t.schema }

// Open implements plan.Source.
func (t *table) Open(_ context.Context, s plan.Scan) (column.Reader, error) {
	r := &reader{t: t, files: t.files, rows: defaultRows}
	if s.BatchRows > 0 {
		r.rows = s.BatchRows
	}
	for _, c := range s.Columns {
		r.schema.Columns = append(r.schema.Columns, t.schema.Columns[c])
		r.fields = append(r.fields, t.fields[c])
	}
	return r, nil
}

// A records yields the rows of one file.
type records interface {
	// next returns up to n rows; io.EOF after the last of them.
	next(ctx context.Context, n int) (*column.Batch, error)
	close() error
}

// reader reads one file after the other.
type reader struct {
	t      *table
	schema types.Schema
	fields []field
	rows   int
	files  []input
	at     input
	open   records
}

// Schema implements column.Reader.
func (r *reader) Schema() types.Schema { return r.schema }

// Next implements column.Reader.
func (r *reader) Next(ctx context.Context) (*column.Batch, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if r.open == nil {
			if len(r.files) == 0 {
				return nil, io.EOF
			}
			r.at, r.files = r.files[0], r.files[1:]
			var err error
			if r.open, err = r.openFile(); err != nil {
				return nil, r.failed(err)
			}
		}
		b, err := r.open.next(ctx, r.rows)
		if errors.Is(err, io.EOF) {
			if err := r.closeFile(); err != nil {
				return nil, r.failed(err)
			}
			continue
		}
		if err != nil {
			return nil, r.failed(err)
		}
		return b, nil
	}
}

func (r *reader) failed(err error) error {
	return fmt.Errorf("externaldata: %s: %w", r.at.path, err)
}

func (r *reader) closeFile() error {
	if r.open == nil {
		return nil
	}
	err := r.open.close()
	r.open = nil
	return err
}

// Close implements column.Reader.
func (r *reader) Close() error {
	r.files = nil
	return r.closeFile()
}

// openFile opens the current file in its format.
func (r *reader) openFile() (records, error) {
	fields := slices.Clone(r.fields)
	for i := range fields {
		fields[i].location = r.at.uri
	}
	if r.at.format == "parquet" {
		return openParquet(r.at.path, r.schema, fields)
	}
	text, err := openText(r.at.path)
	if err != nil {
		return nil, err
	}
	if isJSON(r.at.format) {
		return newJSON(text, r.schema, fields, r.t.skipFirst)
	}
	return newDelimited(text, r.at.format, r.schema, fields, r.t.skipFirst, false)
}
