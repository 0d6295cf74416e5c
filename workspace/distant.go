package workspace

import (
	"context"
	"errors"
	"fmt"

	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// WithOther adds another workspace, which queries call workspace("name"), or
// cluster("…").database("name").
func WithOther(name string, other *Workspace) Option {
	return func(w *Workspace) {
		if w.others == nil {
			w.others = map[string]*Workspace{}
		}
		w.others[name] = other
	}
}

// HasOther reports whether another workspace was added under name.
func (w *Workspace) HasOther(name string) bool { return w.others[name] != nil }

// Other implements bind.Catalog: another workspace that was added, or else this
// one: what a query says of another workspace, database or cluster is looked up
// here, for here is where its logs are. Other services, as Azure Resource Graph
// (arg), have tables of their own: a query over those can be checked, not run.
func (w *Workspace) Other(kind, name string) (bind.Catalog, bool) {
	if o, ok := w.others[name]; ok {
		return o, true
	}
	return &distant{Workspace: w, what: fmt.Sprintf("%s(%q)", kind, name)}, true
}

// distant is a place that is not here. It may have any table.
type distant struct {
	*Workspace
	what string
}

// Table implements bind.Catalog.
func (d *distant) Table(name string) (plan.Source, bool) {
	if t, ok := d.Workspace.Table(name); ok {
		return t, true
	}
	return &distantTable{name: name, where: d.what}, true
}

// distantTable is a table of which nothing is known but its name.
type distantTable struct{ name, where string }

// Schema implements plan.Source.
func (t *distantTable) Schema() types.Schema { return types.Schema{} }

// MoreColumns implements bind.Loose.
func (t *distantTable) MoreColumns() bool { return true }

// Empty implements bind.Stub.
func (t *distantTable) Empty() plan.Source { return &emptyTable{more: true} }

// Why implements bind.Stub.
func (t *distantTable) Why() string {
	return fmt.Sprintf("the table %s of %s is out of reach: put its rows into a table of that name with -d %s=FILE", t.name, t.where, t.name)
}

// Open implements plan.Source.
func (t *distantTable) Open(context.Context, plan.Scan) (column.Reader, error) {
	return nil, errors.New(t.Why())
}
