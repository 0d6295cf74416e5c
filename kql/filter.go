package kql

import (
	"context"
	"errors"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// rowNumber is the column that a Filter adds to the rows it looks at. No table
// of logs has one of that name.
const rowNumber = "$row"

// A Filter finds the rows of a table for which a predicate, such as `where` has
// it, is true. It is immutable and safe for concurrent use.
type Filter struct {
	engine *Engine
	text   string
	schema types.Schema
}

// The predicate stands on lines of its own, so that a comment at its end ends
// there.
const (
	filterTable = "Rows"
	filterHead  = filterTable + " | where (\n"
	filterTail  = "\n) | project ['" + rowNumber + "']"
)

// Filter compiles a predicate over the columns of a table. It returns what is
// wrong with it, with places in predicate; a filter with a diagnostic of severity
// error finds nothing.
func (e *Engine) Filter(predicate string, s types.Schema) (*Filter, []syntax.Diagnostic) {
	f := &Filter{engine: e, text: filterHead + predicate + filterTail}
	f.schema.Columns = append(slices.Clone(s.Columns), types.Column{Name: rowNumber, Type: types.Long})
	_, diags := f.compile(nil)
	for i := range diags {
		d := &diags[i]
		d.Pos = min(max(d.Pos-len(filterHead), 0), len(predicate))
		d.End = min(max(d.End-len(filterHead), 0), len(predicate))
	}
	return f, diags
}

func (f *Filter) compile(rows []*column.Batch) (*Query, []syntax.Diagnostic) {
	return f.engine.Compile(f.text, Tables{filterTable: plan.NewMemory(f.schema, rows)})
}

// Rows returns the rows of b, which has the columns of the schema, for which the
// predicate is true, in ascending order.
func (f *Filter) Rows(ctx context.Context, b *column.Batch, o RunOptions) ([]uint32, error) {
	numbers := make([]int64, b.Len())
	for i := range numbers {
		numbers[i] = int64(i)
	}
	cols := make([]column.Column, b.Width(), b.Width()+1)
	for i := range cols {
		cols[i] = b.Raw(i)
	}
	cols = append(cols, column.NewVec(types.Long, numbers, nil))
	q, _ := f.compile([]*column.Batch{column.NewBatch(b.Len(), cols)})
	tables, err := q.Run(ctx, o)
	if err != nil {
		return nil, err
	}
	if len(tables) != 1 || tables[0].Schema.Len() != 1 {
		return nil, errors.New("a predicate is one expression that is true or false")
	}
	var found []uint32
	for _, batch := range tables[0].Batches {
		c, err := batch.Column(0)
		if err != nil {
			return nil, err
		}
		for v, i := column.ViewOf[int64](c), 0; i < c.Len(); i++ {
			found = append(found, uint32(v.At(i)))
		}
	}
	slices.Sort(found)
	return found, nil
}
