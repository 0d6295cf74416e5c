package ruletest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/calypso-kql/calypso/kql/types"
)

// absoluteFile reads a file of records with its relative times made absolute: records of
// JSON, one after the other or in a list, and CSV. Any other is as it is.
func absoluteFile(path string, schema types.Schema, now time.Time) ([]byte, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	ext := strings.ToLower(filepath.Ext(path))
	switch start := bytes.TrimLeft(text, " \t\r\n"); {
	case bytes.HasPrefix(start, []byte("{")):
		return absoluteLines(text, schema, now)
	case bytes.HasPrefix(start, []byte("[")):
		return absoluteList(text, schema, now)
	case ext == ".csv" || ext == ".tsv":
		return absoluteCSV(text, schema, now), nil
	}
	return text, nil
}

// absoluteList is absoluteLines of a list of records.
func absoluteList(text []byte, schema types.Schema, now time.Time) ([]byte, error) {
	var all []json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, err
	}
	return absoluteLines(bytes.Join(rawBytes(all), []byte("\n")), schema, now)
}

func rawBytes(all []json.RawMessage) (out [][]byte) {
	for _, raw := range all {
		out = append(out, raw)
	}
	return out
}

// delimiterOf returns what is between the fields of a CSV, which its first line says, and the
// text without that line if Excel has written it for that alone.
func delimiterOf(text []byte) (comma rune, rest []byte) {
	line, after, _ := bytes.Cut(text, []byte("\n"))
	if sep, ok := bytes.CutPrefix(bytes.TrimSpace(line), []byte("sep=")); ok && len(sep) == 1 {
		return rune(sep[0]), after
	}
	comma, most := ',', 0
	for _, c := range ",\t;" {
		if n := bytes.Count(line, []byte(string(c))); n > most {
			comma, most = c, n
		}
	}
	return comma, text
}

// absoluteCSV makes the times of a CSV absolute. One that is none, or has no times that are
// relative, is as it is: what is wrong with it is told when it is loaded.
func absoluteCSV(text []byte, schema types.Schema, now time.Time) []byte {
	comma, rest := delimiterOf(bytes.TrimPrefix(text, []byte("\ufeff")))
	in := csv.NewReader(bytes.NewReader(rest))
	in.Comma, in.FieldsPerRecord = comma, -1
	header, err := in.Read()
	if err != nil {
		return text
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	w.Comma = comma
	changed := false
	for row := header; ; {
		if err := w.Write(row); err != nil {
			return text
		}
		if row, err = in.Read(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return text
		}
		for i := range min(len(row), len(header)) {
			name, _, _ := strings.Cut(header[i], " [") // TimeGenerated [UTC]
			if at, ok := relative(row[i], now); ok && holdsTime(name, schema) {
				row[i], changed = at.UTC().Format(time.RFC3339Nano), true
			}
		}
	}
	if w.Flush(); !changed {
		return text
	}
	return out.Bytes()
}

// absoluteLines makes the times of JSON records absolute.
func absoluteLines(text []byte, schema types.Schema, now time.Time) ([]byte, error) {
	var out bytes.Buffer
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	enc := json.NewEncoder(&out)
	for dec.More() {
		var row map[string]any
		if err := dec.Decode(&row); err != nil {
			return nil, err
		}
		if err := enc.Encode(absolute(row, schema, now)); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

// timeName is how columns are called that hold times, in tables that nobody knows.
var timeName = regexp.MustCompile(`(?i)(time|date|timestamp|timegenerated|timereceived)$|_t$`)

// holdsTime reports whether a column holds times.
func holdsTime(name string, schema types.Schema) bool {
	if i := schema.Index(name); i >= 0 {
		return schema.Columns[i].Type == types.DateTime
	}
	return timeName.MatchString(name)
}

// absolute returns a record with its relative times made absolute.
func absolute(row map[string]any, schema types.Schema, now time.Time) map[string]any {
	out := maps.Clone(row)
	for name, v := range row {
		text, ok := v.(string)
		if !ok {
			continue
		}
		if at, ok := relative(text, now); ok && holdsTime(name, schema) {
			out[name] = at.UTC().Format(time.RFC3339Nano)
		}
	}
	defenderTime(out, schema)
	return out
}

// defenderTime gives a record of a table of Defender XDR's the time under the names that
// the table has, as if the record had come from there: Timestamp and TimeGenerated are
// one.
func defenderTime(row map[string]any, schema types.Schema) {
	const stamp, generated = "Timestamp", "TimeGenerated"
	for _, names := range [][2]string{{stamp, generated}, {generated, stamp}} {
		have, want := names[0], names[1]
		if row[have] == nil || row[want] != nil || schema.Index(want) < 0 {
			continue
		}
		row[want] = row[have]
		if schema.Index(have) < 0 {
			delete(row, have)
		}
	}
}
