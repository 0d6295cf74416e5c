// Package workspace says what the names of a query mean on this machine: tables that
// were opened, those of the catalog that have no rows here, watchlists, saved functions,
// and other workspaces. Its [Querier] runs the queries of rules over a window of them.
package workspace

import (
	"context"
	"io"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/external"
	"github.com/calypso-kql/calypso/functions"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/watchlist"
)

// A Workspace is a catalog for the binder. It is safe for concurrent use.
type Workspace struct {
	catalog    *catalog.Catalog
	tables     Tables                    // nil if nothing was opened
	functions  *functions.Library        // nil if there are none
	created    func() *functions.Library // nil if there are none
	watchlists *watchlist.Set            // nil if there are none
	others     map[string]*Workspace
	external   *external.Places // nil for nothing
}

// Tables are tables that have rows: those of files or of a store. It is safe for
// concurrent use.
type Tables interface {
	Table(name string) (plan.Source, bool)
	// Names returns the names of all tables, sorted.
	Names() []string
}

// An Option adds what people keep in a workspace besides logs.
type Option func(*Workspace)

// WithFunctions adds saved functions. They come before those that the catalog knows
// by their columns only.
func WithFunctions(l *functions.Library) Option { return func(w *Workspace) { w.functions = l } }

// WithCreatedFunctions adds the functions that f returns whenever it is asked: those
// that commands have created. They come after those of WithFunctions.
func WithCreatedFunctions(f func() *functions.Library) Option {
	return func(w *Workspace) { w.created = f }
}

// WithWatchlists adds watchlists.
func WithWatchlists(s *watchlist.Set) Option { return func(w *Workspace) { w.watchlists = s } }

// New returns the workspace of a catalog with tables that have rows, or nil.
func New(c *catalog.Catalog, tables Tables, opts ...Option) *Workspace {
	w := &Workspace{catalog: c, tables: tables}
	for _, o := range opts {
		o(w)
	}
	return w
}

// Table implements bind.Catalog.
func (w *Workspace) Table(name string) (plan.Source, bool) {
	if w.tables != nil {
		if t, ok := w.tables.Table(name); ok {
			return w.stamped(name, t), true
		}
	}
	t, ok := w.catalog.Table(name)
	if !ok {
		return nil, false
	}
	if name == watchlistTable && w.watchlists != nil {
		return w.watchlists.Table(t.Schema), true
	}
	return &emptyTable{schema: t.Schema, more: t.Open}, true
}

// TableNames implements bind.Catalog: the tables that files have, or, where none
// were opened, those of the catalog. Wildcards and search are about logs that
// are there.
func (w *Workspace) TableNames() []string {
	if w.tables != nil {
		if names := w.tables.Names(); len(names) > 0 {
			return names
		}
	}
	return w.catalog.Tables()
}

// emptyTable is a table of the catalog without data, a watchlist that is not here,
// or a function whose body is not here, within a union that does without it.
type emptyTable struct {
	schema types.Schema
	more   bool
	what   absence
}

// Schema implements plan.Source.
func (t *emptyTable) Schema() types.Schema { return t.schema }

// MoreColumns implements bind.Loose.
func (t *emptyTable) MoreColumns() bool { return t.more }

// Why says why not all columns are known. See bind.Loose.
func (t *emptyTable) Why() string {
	if t.what == absentWatchlist {
		return "has no watchlist here: give its CSV (--watchlists; workspace.watchlists of calypso serve)"
	}
	return ""
}

// NoRows implements plan.Blank.
func (t *emptyTable) NoRows() bool { return true }

// Rows implements plan.Sizer.
func (t *emptyTable) Rows() int64 { return 0 }

// Open implements plan.Source.
func (t *emptyTable) Open(_ context.Context, s plan.Scan) (column.Reader, error) {
	r := &noRows{}
	for _, c := range s.Columns {
		r.schema.Columns = append(r.schema.Columns, t.schema.Columns[c])
	}
	return r, nil
}

type noRows struct{ schema types.Schema }

func (r *noRows) Schema() types.Schema                        { return r.schema }
func (r *noRows) Next(context.Context) (*column.Batch, error) { return nil, io.EOF }
func (r *noRows) Close() error                                { return nil }
