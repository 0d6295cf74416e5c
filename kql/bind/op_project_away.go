package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// projectAway removes columns.
func (b *binder) projectAway(in table, op *syntax.ProjectAwayOp) table {
	away := map[int]bool{}
	for _, e := range op.Columns {
		for _, i := range b.selected(in, e) {
			away[i] = true
		}
	}
	b.echoColumns(op.Columns)
	var keep []int
	for _, i := range visibleColumns(in.schema()) {
		if !away[i] {
			keep = append(keep, i)
		}
	}
	return pick(in, keep)
}
