package reference

import (
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql"
	"github.com/calypso-kql/calypso/kql/types"
)

// propertiesPage returns the page of the request properties, from their
// declarations in package kql.
func propertiesPage() string {
	var b strings.Builder
	b.WriteString(`# Request properties

<!-- Written by internal/reference from the declarations in kql/property.go: change those. -->

What Kusto's request properties do here. They are set in a text, ` + "`set query_take_max_records = 10;`" + `, or for the request,
` + "`--property query_take_max_records=10`" + `; those that are marked so, for the request only. A limit that is set more than once counts with its lower
value; notruncation does not count beside another limit of the answer. Unlike Kusto's service, the command line has no limit of its own, but for
the memory of a query.

| property | type | what it does |
|---|---|---|
`)
	for _, p := range kql.Properties() {
		typ, effect := p.Type.String(), p.Effect
		if p.Type == types.Unknown {
			typ = "literal"
		}
		if p.RequestOnly {
			effect += " For the request only."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", p.Name, typ, effect)
	}
	return b.String()
}
