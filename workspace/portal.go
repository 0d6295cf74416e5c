package workspace

import (
	"context"
	"slices"

	"github.com/calypso-kql/calypso/catalog"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// InPortal returns the workspace as the Defender portal shows it, where custom
// detections run: with the tables of Defender XDR, too, and with a Timestamp in those of
// its tables that have rows and only a TimeGenerated, as they are stored by Sentinel's
// catalog. A workspace of another catalog is returned as it is.
func (w *Workspace) InPortal() *Workspace {
	if w.catalog.Environment() != catalog.Sentinel {
		return w
	}
	in := *w
	in.catalog = w.catalog.In(catalog.Unified)
	return &in
}

// stamped returns a table with rows as the catalog of the portal has it.
func (w *Workspace) stamped(name string, t plan.Source) plan.Source {
	if w.catalog.Environment() != catalog.Unified {
		return t
	}
	known, ok := w.catalog.Table(name)
	if at := known.Schema.Index(timestamp); !ok || at < 0 || known.Schema.Columns[at].Type != types.DateTime {
		return t
	}
	s := t.Schema()
	from := s.Index(timeGenerated)
	if from < 0 || s.Columns[from].Type != types.DateTime || s.Index(timestamp) >= 0 {
		return t
	}
	return newStamped(t, from)
}

// A stampedTable is a table with a Timestamp that is its TimeGenerated. It implements
// plan.Parted for sources that do.
type stampedTable struct {
	plan.Source
	schema types.Schema
	at     int // of Timestamp: behind the visible columns
	from   int // of TimeGenerated
}

func newStamped(t plan.Source, from int) *stampedTable {
	out := &stampedTable{Source: t, from: from}
	columns := t.Schema().Columns
	for out.at < len(columns) && !columns[out.at].Hidden {
		out.at++
	}
	out.schema.Columns = append(out.schema.Columns, columns[:out.at]...)
	out.schema.Columns = append(out.schema.Columns, types.Column{Name: timestamp, Type: types.DateTime})
	out.schema.Columns = append(out.schema.Columns, columns[out.at:]...)
	return out
}

// Schema implements plan.Source.
func (t *stampedTable) Schema() types.Schema { return t.schema }

// stored returns the position of a column in the table below.
func (t *stampedTable) stored(column int) int {
	switch {
	case column == t.at:
		return t.from
	case column > t.at:
		return column - 1
	}
	return column
}

// Open implements plan.Source.
func (t *stampedTable) Open(ctx context.Context, s plan.Scan) (column.Reader, error) {
	columns, hints := s.Columns, s.Hints
	s.Columns, s.Hints = nil, nil
	for _, c := range columns {
		s.Columns = append(s.Columns, t.stored(c))
	}
	for _, h := range hints {
		h.Column = t.stored(h.Column)
		s.Hints = append(s.Hints, h)
	}
	return t.Source.Open(ctx, s)
}

// Rows implements plan.Sizer.
func (t *stampedTable) Rows() int64 {
	if s, ok := t.Source.(plan.Sizer); ok {
		return s.Rows()
	}
	return -1
}

// Fragments implements plan.Parted.
func (t *stampedTable) Fragments() plan.Fragments {
	if p, ok := t.Source.(plan.Parted); ok {
		return p.Fragments()
	}
	return nil
}

// Parts implements plan.Parted.
func (t *stampedTable) Parts() []plan.Part {
	p, ok := t.Source.(plan.Parted)
	if !ok {
		return nil
	}
	return t.stampedParts(p.Parts())
}

func (t *stampedTable) stampedParts(parts []plan.Part) []plan.Part {
	parts = slices.Clone(parts)
	for i, p := range parts {
		parts[i].Source = newStamped(p.Source, t.from)
		if p.Bounds != nil {
			parts[i].Bounds = func(column int) (low, high int64, ok bool) { return p.Bounds(t.stored(column)) }
		}
		if p.Parts != nil {
			parts[i].Parts = func() []plan.Part { return t.stampedParts(p.Parts()) }
		}
	}
	return parts
}
