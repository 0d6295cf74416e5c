package bind

import (
	"slices"
	"strings"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// An unresolved is the use of a column of a table that is not fully known.
type unresolved struct {
	name string
	at   syntax.Node // in the text of the query
}

// leaveUnresolved notes that id may be a column.
func (b *binder) leaveUnresolved(id *syntax.Ident) {
	u := unresolved{id.Name, id}
	if b.site != nil {
		u.at = b.site
	}
	b.unresolved = append(b.unresolved, u)
}

// closeUnresolved ends the binding of a query that uses columns of tables that
// are not fully known. Such a query can be checked: the columns may exist where
// it is meant to run. It cannot be run here, where they do not: its plan says so
// when it is opened. Where an operator's columns are pending, they may be its own,
// and the next binding tells. A part of a fuzzy union that was left out does not
// count.
func (b *binder) closeUnresolved() {
	if len(b.unresolved)+len(b.unset) == 0 && !b.opaque || b.pending || firstError(b.diags) != "" || !b.usesUnknown() {
		return
	}
	var names []string
	for _, u := range b.unresolved {
		if !slices.Contains(names, u.name) {
			names = append(names, u.name)
			b.report(unresolvedColumn(u.at, u.name))
		}
	}
	why := "columns that no table here has: " + strings.Join(names, ", ")
	switch {
	case len(names) > 0:
	case b.opaque:
		why = "a value is wanted of a table that is not here, and nothing is known of its columns"
	default:
		why = "no value is given for the query parameters " + strings.Join(b.unset, ", ")
	}
	for i, r := range b.results {
		b.results[i].Root = &plan.Read{
			Table: "unresolved", Source: &closedSource{schema: r.Root.Schema(), why: why}, Columns: allColumns(r.Root.Schema()),
		}
	}
}
