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
	why := "columns that no table here has: " + strings.Join(names, ", ") + b.looseTables()
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

// looseTables names the tables of which not all columns are known, one of which may have
// those that are missing.
func (b *binder) looseTables() string {
	var out strings.Builder
	seen := map[string]bool{}
	plan.EachNode(&plan.Query{Results: b.results}, func(n plan.Node) {
		r, ok := n.(*plan.Read)
		if !ok || seen[r.Table] {
			return
		}
		seen[r.Table] = true
		if l, ok := r.Source.(Loose); !ok || !l.MoreColumns() {
			return
		}
		why := "has more columns than are known here"
		if e, ok := r.Source.(interface{ Why() string }); ok && e.Why() != "" {
			why = e.Why()
		}
		out.WriteString("; " + r.Table + " " + why)
	})
	return out.String()
}
