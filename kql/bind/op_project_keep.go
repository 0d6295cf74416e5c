package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/syntax"
)

// projectKeep keeps some columns, in the order that they have.
func (b *binder) projectKeep(in table, op *syntax.ProjectKeepOp) table {
	var at []int
	for _, e := range op.Columns {
		at = append(at, b.selected(in, e)...)
	}
	b.echoColumns(op.Columns)
	slices.Sort(at)
	return pick(in, slices.Compact(at))
}
