package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// print makes one row.
func (b *binder) print(sc *scope, op *syntax.PrintOp) table {
	out := newColumns()
	b.addAll(out, sc, op.Exprs, stylePrint)
	return out.over(table{node: oneRow()})
}

// oneRow returns one row without columns.
func oneRow() *plan.Values {
	return &plan.Values{Batches: []*column.Batch{column.NewBatch(1, nil)}}
}
