package parquet

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Part returns some rows of the file as a source of their own.
func (file *File) Part(rows Range) plan.Source { return &filePart{file, rows} }

// A filePart is some rows of a file.
type filePart struct {
	file *File
	rows Range
}

// Schema implements plan.Source.
func (p *filePart) Schema() types.Schema { return p.file.schema }

// Rows implements plan.Sizer.
func (p *filePart) Rows() int64 { return int64(p.rows.To - p.rows.From) }

// Open implements plan.Source.
func (p *filePart) Open(_ context.Context, s plan.Scan) (column.Reader, error) {
	r := p.file.reader(s)
	r.part = &p.rows
	r.rows = common(r.rows, []Range{p.rows})
	return r, nil
}
