package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/catalog/internal/tabledef"
	"github.com/calypso-kql/calypso/kql/types"
)

// openTables lists the tables whose columns depend on what is collected.
// Azure resources of any kind write to AzureDiagnostics, each with columns of
// its own.
var openTables = []string{"AzureDiagnostics"}

type column struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

type parser struct {
	Schema string `json:"schema"`
	Params string `json:"params"` // "name:type=default;…"
}

// notes is the part of catalog-notes.json that the catalog keeps.
type notes struct {
	// OtherSource names the source of the tables that the current Azure Monitor
	// reference lacks.
	OtherSource map[string]string `json:"tables_not_in_2026_reference"`
}

// generate returns the data files by name.
func generate(schemas string) (map[string][]byte, error) {
	var (
		sentinel, xdr, asim map[string][]column
		parsers             map[string]parser
		n                   notes
	)
	for name, into := range map[string]any{
		"sentinel.json": &sentinel, "defender_xdr.json": &xdr, "asim.json": &asim,
		"asim-parsers.json": &parsers, "catalog-notes.json": &n,
	} {
		data, err := os.ReadFile(filepath.Join(schemas, name))
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(data, into); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	var sentinelFile, xdrFile, asimFile, functionFile []byte
	var err error
	if sentinelFile, err = sentinelTables(sentinel, n); err != nil {
		return nil, err
	}
	if xdrFile, err = plainTables(xdrHeader, xdr); err != nil {
		return nil, err
	}
	if asimFile, err = plainTables(asimHeader, asim); err != nil {
		return nil, err
	}
	if functionFile, err = asimFunctions(parsers); err != nil {
		return nil, err
	}
	return map[string][]byte{
		"sentinel.txt": sentinelFile, "defender_xdr.txt": xdrFile,
		"asim_schemas.txt": asimFile, "asim_functions.txt": functionFile,
	}, nil
}

// sentinelTables writes the tables of Log Analytics.
func sentinelTables(tables map[string][]column, n notes) ([]byte, error) {
	out := []byte(sentinelHeader)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		fields, err := fieldsOf(name, tables[name])
		if err != nil {
			return nil, err
		}
		l := tabledef.Line{Name: name, Fields: fields}
		if slices.Contains(openTables, name) {
			l.Attrs = append(l.Attrs, "open")
		}
		if source, ok := n.OtherSource[name]; ok {
			l.Attrs = append(l.Attrs, "source="+source)
		}
		out = tabledef.Append(out, l)
	}
	return out, nil
}

// plainTables writes tables of which nothing but columns is to be said.
func plainTables(header string, tables map[string][]column) ([]byte, error) {
	out := []byte(header)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		fields, err := fieldsOf(name, tables[name])
		if err != nil {
			return nil, err
		}
		out = tabledef.Append(out, tabledef.Line{Name: name, Fields: fields})
	}
	return out, nil
}

func fieldsOf(table string, cols []column) ([]tabledef.Field, error) {
	fields := make([]tabledef.Field, len(cols))
	for i, c := range cols {
		typ, ok := types.Lookup(c.Type)
		if !ok || c.Name == "" || strings.ContainsAny(c.Name, " :=!#") {
			return nil, fmt.Errorf("table %s: column %q of type %q can't be written", table, c.Name, c.Type)
		}
		fields[i] = tabledef.Field{Name: c.Name, Type: typ}
	}
	return fields, nil
}

// asimFunctions writes the parsers: an attribute names the schema of the result.
func asimFunctions(parsers map[string]parser) ([]byte, error) {
	out := []byte(functionsHeader)
	for _, name := range slices.Sorted(maps.Keys(parsers)) {
		p := parsers[name]
		// The source spells defaults as Python does.
		rest := strings.ReplaceAll(strings.ReplaceAll(p.Params, ";", " "), "=False", "=false")
		l, err := tabledef.Parse(name, rest)
		if err != nil {
			return nil, err
		}
		l.Attrs = []string{"schema=" + p.Schema}
		out = tabledef.Append(out, l)
	}
	return out, nil
}
