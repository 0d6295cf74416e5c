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
	x := External{Schema: b.schemaOf(e.Schema), Properties: map[string]string{}}
	for _, p := range e.With {
		x.Properties[strings.ToLower(p.Name.Name)] = paramWord(p)
	}
	known, pending := true, false
	for _, u := range e.URIs {
		v := b.constant(sc, u, types.String)
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
		return table{node: &plan.Pending{Input: &plan.Values{}, What: "externaldata", Out: x.Schema}}
	}
	reader, ok := b.env.Catalog.(ExternalReader)
	if !known || !ok {
		return unreadable("externaldata", x.Schema, "externaldata is not supported here: ingest the file and query its table")
	}
	src, err := reader.External(x)
	if err != nil {
		return unreadable("externaldata", x.Schema, err.Error())
	}
	return readAll("externaldata", src)
}
