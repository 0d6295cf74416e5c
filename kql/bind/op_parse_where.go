package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// parseWhere takes a text apart by a pattern; rows that do not fit are dropped.
func (b *binder) parseWhere(sc *scope, in table, op *syntax.ParseWhereOp) table {
	return b.parsed(sc, in, op.Params, op.X, op.Pattern, true)
}
