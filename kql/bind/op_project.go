package bind

import "github.com/calypso-kql/calypso/kql/syntax"

func (b *binder) project(sc *scope, in table, op *syntax.ProjectOp) table {
	out := newColumns()
	b.addAll(out, sc.withRow(in), op.Exprs, styleProject)
	return out.over(in)
}
