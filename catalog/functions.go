package catalog

import (
	"maps"
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/catalog/internal/tabledef"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Param is a parameter of a function.
type Param struct {
	Name string
	Type types.Type
	// Default is the default value as KQL text; the parameter is required if it
	// is empty.
	Default string
	// ColumnName parameters take the name of a column of the input table, bare
	// or as a string: `invoke FileProfile(SHA1)`.
	ColumnName bool
}

// A Function is a tabular function of a workspace that is not part of KQL: an
// ASIM parser, a watchlist, an enrichment of Defender XDR. The catalog knows its
// signature, not its body. The caller owns it.
type Function struct {
	Name   string
	Params []Param
	// MoreParams says that the function takes named arguments beyond Params, and
	// that their types vary: ASIM parsers differ from version to version.
	MoreParams bool
	// Input functions take a table as their first argument, which is not one of
	// Params; they are called with invoke.
	Input bool
	// Appends says that the result is the input followed by Schema's columns.
	Appends bool
	// Schema is the columns of the result that are known. None is hidden.
	Schema types.Schema
	// Open results have columns beyond Schema.
	Open bool
}

// Functions returns the functions of the environment, sorted by name.
func (c *Catalog) Functions() []Function {
	var names []string
	if c.env.hasSentinel() {
		names = slices.AppendSeq(names, maps.Keys(c.data.asimFunctions))
	}
	for name := range c.data.functions {
		if !strings.HasSuffix(name, columnsSuffix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out := make([]Function, 0, len(names))
	for _, name := range names {
		if f, ok := c.Function(name); ok {
			out = append(out, f)
		}
	}
	return out
}

// Function returns the function called name; names are case-sensitive.
func (c *Catalog) Function(name string) (Function, bool) {
	if l, ok := c.data.line(c.data.asimFunctions, name); ok && c.env.hasSentinel() {
		return c.asimFunction(l), true
	}
	l, ok := c.data.line(c.data.functions, name)
	if !ok || !c.env.includes(l) {
		return Function{}, false
	}
	columns, ok := c.data.line(c.data.functions, name+columnsSuffix)
	return Function{
		Name:    name,
		Params:  params(l.Fields),
		Input:   l.Has("input"),
		Appends: l.Has("appends"),
		Schema:  visibleSchema(columns.Fields),
		Open:    l.Has("open"),
	}, ok
}

// columnsSuffix ends the name of the entry that lists a function's columns.
const columnsSuffix = "!columns"

// includes reports whether the function of line l exists in e.
func (e Environment) includes(l tabledef.Line) bool {
	return e.hasSentinel() && l.Has("env="+string(Sentinel)) || e.hasXDR() && l.Has("env="+string(DefenderXDR))
}

// asimFunction describes an ASIM parser. Those that filter (im…, _Im_…, vim…)
// take the filters of their schema before the parameters of their own.
func (c *Catalog) asimFunction(l tabledef.Line) Function {
	f := Function{Name: l.Name, Open: true}
	var schema string
	for _, a := range l.Attrs {
		if s, ok := strings.CutPrefix(a, "schema="); ok {
			schema = s
		}
	}
	for _, prefix := range []string{"im", "_Im_", "vim"} {
		if strings.HasPrefix(l.Name, prefix) {
			filters, _ := c.data.line(c.data.asimFilters, schema)
			f.Params, f.MoreParams = params(filters.Fields), true
		}
	}
	f.Params = append(f.Params, params(l.Fields)...)
	columns, _ := c.data.line(c.data.asimSchemas, schema)
	f.Schema = asimSchema(columns.Fields)
	return f
}

// asimSchema puts TimeGenerated and Type first, as parsers do; the other columns
// follow in the order of the schema's reference.
func asimSchema(fields []tabledef.Field) types.Schema {
	s := types.Schema{Columns: make([]types.Column, 0, len(fields))}
	first := []string{"TimeGenerated", "Type"}
	for _, name := range first {
		for _, f := range fields {
			if f.Name == name {
				s.Columns = append(s.Columns, types.Column{Name: f.Name, Type: f.Type})
			}
		}
	}
	for _, f := range fields {
		if !slices.Contains(first, f.Name) {
			s.Columns = append(s.Columns, types.Column{Name: f.Name, Type: f.Type})
		}
	}
	return s
}

func visibleSchema(fields []tabledef.Field) types.Schema {
	s := types.Schema{Columns: make([]types.Column, len(fields))}
	for i, f := range fields {
		s.Columns[i] = types.Column{Name: f.Name, Type: f.Type}
	}
	return s
}

func params(fields []tabledef.Field) []Param {
	out := make([]Param, len(fields))
	for i, f := range fields {
		name, column := strings.CutSuffix(f.Name, "?")
		out[i] = Param{Name: name, Type: f.Type, Default: f.Default, ColumnName: column}
	}
	return out
}
