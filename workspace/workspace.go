// Package workspace says what the names of a query mean on this machine: the
// tables that were opened from files, the other tables of the catalog, which are
// empty here, and the functions of a workspace as far as their columns are known.
package workspace

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/files"
	"github.com/calypso-kql/calypso/kql/bind"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Workspace is a catalog for the binder. It is safe for concurrent use.
type Workspace struct {
	catalog *catalog.Catalog
	files   *files.Set // nil if nothing was opened
}

// New returns the workspace of a catalog with the tables of set, which may be
// nil.
func New(c *catalog.Catalog, set *files.Set) *Workspace {
	return &Workspace{catalog: c, files: set}
}

// Table implements bind.Catalog.
func (w *Workspace) Table(name string) (plan.Source, bool) {
	if w.files != nil {
		if t, ok := w.files.Table(name); ok {
			return t, true
		}
	}
	t, ok := w.catalog.Table(name)
	if !ok {
		return nil, false
	}
	return &emptyTable{schema: t.Schema, more: t.Open}, true
}

// TableNames implements bind.Catalog: the tables that files have, or, where none
// were opened, those of the catalog. Wildcards and search are about logs that
// are there.
func (w *Workspace) TableNames() []string {
	if w.files != nil && len(w.files.Names()) > 0 {
		return w.files.Names()
	}
	return w.catalog.Tables()
}

// Function implements bind.Catalog.
func (w *Workspace) Function(name string) (*bind.Function, bool) {
	f, ok := w.catalog.Function(name)
	if !ok {
		return nil, false
	}
	return &bind.Function{
		Params:  params(f),
		Source:  &bodyless{name: name, schema: f.Schema, more: f.Open},
		Appends: f.Appends,
	}, true
}

// params writes a function's parameters as KQL does.
func params(f catalog.Function) string {
	var parts []string
	if f.Input {
		parts = append(parts, "T:(*)")
	}
	for _, p := range f.Params {
		s := p.Name + ":" + p.Type.String()
		if p.Default != "" {
			s += "=" + p.Default
		}
		parts = append(parts, s)
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

// FunctionNames implements bind.Catalog.
func (w *Workspace) FunctionNames() []string {
	var names []string
	for _, f := range w.catalog.Functions() {
		names = append(names, f.Name)
	}
	return names
}

// emptyTable is a table of the catalog without data.
type emptyTable struct {
	schema types.Schema
	more   bool
}

// Schema implements plan.Source.
func (t *emptyTable) Schema() types.Schema { return t.schema }

// MoreColumns implements bind.Loose.
func (t *emptyTable) MoreColumns() bool { return t.more }

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

// bodyless is the result of a function of which only the columns are known.
type bodyless struct {
	name   string
	schema types.Schema
	more   bool
}

// Schema implements plan.Source.
func (b *bodyless) Schema() types.Schema { return b.schema }

// MoreColumns implements bind.Loose.
func (b *bodyless) MoreColumns() bool { return b.more }

// Open implements plan.Source.
func (b *bodyless) Open(context.Context, plan.Scan) (column.Reader, error) {
	return nil, fmt.Errorf("the function %s is known by its columns only and can't run here: define it with let, or put its result into a table of that name with -d %s=FILE", b.name, b.name)
}
