// Package output writes the tables of an answer: for people as aligned text,
// for programs as JSON, NDJSON, CSV, TSV or Parquet, and as answers of Kusto's REST
// APIs and of the Log Analytics query API.
//
// It changes no value: cells are written as Kusto writes them. Datetimes are
// UTC in ISO 8601, timespans `[-][d.]hh:mm:ss[.fffffff]`, dynamic values are
// JSON, decimals and non-finite reals are JSON strings, a null is JSON's null
// or an empty field.
package output

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/calypso-kql/calypso/kql"
)

// A Format is a way to write tables, named as on the command line.
type Format string

// The formats.
const (
	Text    Format = "table"
	JSON    Format = "json"
	JSONL   Format = "jsonl"
	CSV     Format = "csv"
	TSV     Format = "tsv"
	Parquet Format = "parquet"
	Kusto   Format = "kusto"
)

// Formats lists all formats, for help and for error messages.
func Formats() []Format { return []Format{Text, JSON, JSONL, CSV, TSV, Parquet, Kusto} }

// ParseFormat returns the format called name.
func ParseFormat(name string) (Format, error) {
	var names []string
	if name == "ndjson" { // as JSON a line is called, too
		return JSONL, nil
	}
	for _, f := range Formats() {
		if string(f) == name {
			return f, nil
		}
		names = append(names, string(f))
	}
	return "", fmt.Errorf("unknown output format %q: want one of %s", name, strings.Join(names, ", "))
}

// Options are wishes about the text format; the others ignore them.
type Options struct {
	// Width is the terminal's width in cells; 0 is no limit.
	Width int
	// Color is set for a terminal that shows colours.
	Color bool
}

// Write writes tables to w in format f. CSV, TSV, JSONL and Parquet hold one
// table: they write each table after the other, Parquet refuses more than one.
func Write(w io.Writer, f Format, tables []kql.Table, o Options) error {
	bw := bufio.NewWriterSize(w, 1<<16)
	var err error
	switch f {
	case Text:
		err = writeText(bw, tables, o)
	case JSON:
		err = writeJSON(bw, tables)
	case JSONL:
		err = writeJSONL(bw, tables)
	case CSV:
		err = writeDelimited(bw, tables, ',')
	case TSV:
		err = writeDelimited(bw, tables, '\t')
	case Parquet:
		err = writeParquet(bw, tables)
	case Kusto:
		err = writeKusto(bw, tables)
	default:
		_, err = ParseFormat(string(f))
	}
	if err != nil {
		return err
	}
	return bw.Flush()
}
