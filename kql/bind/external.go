package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// An ExternalReader is a Catalog that can read what externaldata names.
type ExternalReader interface {
	// External returns the table that lies at the addresses of x, with its columns
	// and with the types that it declares. What may not be read is an error, which
	// the query has when it runs: its columns are known all the same.
	External(x External) (plan.Source, error)
}

// External is what an externaldata says.
type External struct {
	Schema types.Schema
	// URIs are storage connection strings.
	URIs []string
	// Properties are those of with (…) by name, in lower case.
	Properties map[string]string
}

// externalData binds externaldata(schema)[uris] with (properties).
//
// Source: the Kusto documentation, "externaldata operator".
func (b *binder) externalData(sc *scope, e *syntax.ExternalDataExpr) table {
	return b.external(sc, "externaldata", External{Schema: b.schemaOf(e.Schema), Properties: properties(e.With)}, e.URIs)
}

// inlineExternalTable binds inline_external_table(schema) kind=storage
// dataformat=… (uris). What lies in partitions or in Delta Lake has columns and
// can't be read.
//
// Source: the Kusto documentation, "inline_external_table operator".
func (b *binder) inlineExternalTable(sc *scope, e *syntax.InlineExternalTableExpr) table {
	const name = "inline_external_table"
	x := External{Properties: properties(e.With)}
	if e.Schema != nil {
		x.Schema = b.schemaOf(e.Schema)
	}
	if e.Kind != nil && e.Kind.Name == "delta" {
		t := unreadable(name, x.Schema, "Delta Lake is not supported: give its Parquet files as a table")
		t.open = x.Schema.Len() == 0
		return t
	}
	for _, p := range e.Partitions {
		x.Schema.Columns = append(x.Schema.Columns, types.Column{Name: p.Name.Name, Type: b.typeOf(p.Type), Hidden: p.Value != nil})
	}
	if len(e.Partitions) > 0 {
		return unreadable(name, x.Schema, "partitions are not supported: name the files")
	}
	if e.DataFormat != nil {
		x.Properties["format"] = e.DataFormat.Name
	}
	if strings.EqualFold(x.Properties["includeheaders"], "All") {
		x.Properties["ignorefirstrecord"] = "true"
	}
	delete(x.Properties, "includeheaders")
	delete(x.Properties, "encoding") // files are UTF-8, a byte order mark is no part of them
	return b.external(sc, name, x, e.Connections)
}

// properties returns those of with (…), their names in lower case.
func properties(list []*syntax.OperatorParam) map[string]string {
	out := map[string]string{}
	for _, p := range list {
		out[strings.ToLower(p.Name.Name)] = paramWord(p)
	}
	return out
}

// external returns the table at the addresses that uris are.
func (b *binder) external(sc *scope, name string, x External, uris []syntax.Expr) table {
	known, pending := true, false
	for _, u := range uris {
		v := b.constant(sc, u)
		if t := v.typ(); t != types.String && t != types.Unknown {
			b.refuse(typeExpected(u, t, types.String))
			v = unknownValue()
		}
		if v.unknown() || b.isPlaceholder(v.expr) {
			known = false
			continue
		}
		c, ok := b.valueOf(u, v)
		text, isText := c.(*column.Vec[string])
		pending = pending || ok && c == nil
		if known = known && ok && isText; known {
			x.URIs = append(x.URIs, text.Vals[0])
		}
	}
	if pending {
		b.pending = true
		return table{node: &plan.Pending{Input: &plan.Values{}, What: name, Out: x.Schema}}
	}
	reader, ok := b.env.Catalog.(ExternalReader)
	if !known || !ok {
		return unreadable(name, x.Schema, name+" is not supported here: ingest the file and query its table")
	}
	src, err := reader.External(x)
	if err != nil {
		return unreadable(name, x.Schema, err.Error())
	}
	return readAll(name, src)
}
