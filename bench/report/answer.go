package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// An answer is a table of either engine with its cells as canonical text, so
// that equal values are equal strings.
type answer struct {
	names []string
	types []string
	rows  [][]string
}

// readAnswer reads what bench/peers writes or the Kusto REST v1 answer.
func readAnswer(name string) (*answer, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	type kustoColumn struct{ ColumnName, DataType, ColumnType string }
	var doc struct {
		Columns []struct{ Name, Type string }
		Rows    [][]any
		Tables  []struct {
			Columns []kustoColumn
			Rows    [][]any
		}
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	if err := dec.Decode(&doc); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a := &answer{}
	rows := doc.Rows
	for _, c := range doc.Columns {
		a.names, a.types = append(a.names, c.Name), append(a.types, c.Type)
	}
	if len(doc.Tables) > 0 {
		rows = doc.Tables[0].Rows
		for _, c := range doc.Tables[0].Columns {
			a.names, a.types = append(a.names, c.ColumnName), append(a.types, c.ColumnType)
		}
	}
	for _, r := range rows {
		cells := make([]string, len(r))
		for i, v := range r {
			cells[i] = canonical(v, a.types[i])
		}
		a.rows = append(a.rows, cells)
	}
	return a, nil
}

// canonical writes a cell. Kusto's strings are never null, so SQL's null of a
// string is the empty string; reals are compared to ten digits, because sums of
// them depend on the order.
func canonical(v any, kind string) string {
	if v == nil {
		return ""
	}
	switch kind {
	case "real":
		if f, err := strconv.ParseFloat(fmt.Sprint(v), 64); err == nil {
			return strconv.FormatFloat(f, 'g', 10, 64)
		}
	case "datetime":
		if t, err := time.Parse(time.RFC3339Nano, fmt.Sprint(v)); err == nil {
			return t.UTC().Format(time.RFC3339Nano)
		}
	case "dynamic":
		if s, ok := v.(string); ok {
			return canonicalJSON(s)
		}
		raw, err := json.Marshal(v)
		if err == nil {
			return canonicalJSON(string(raw))
		}
	}
	return fmt.Sprint(v)
}

// canonicalJSON sorts keys and drops white space; text that is not JSON stays.
func canonicalJSON(s string) string {
	var v any
	dec := json.NewDecoder(strings.NewReader(s))
	dec.UseNumber()
	if dec.Decode(&v) != nil || dec.More() {
		return s
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return s
	}
	return string(raw)
}
