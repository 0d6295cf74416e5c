package bind

import "github.com/calypso-kql/calypso/kql/syntax"

func (b *binder) extend(sc *scope, in table, op *syntax.ExtendOp) table {
	out := newColumns()
	out.keepAll(in.schema())
	b.addAll(out, sc.withRow(in), op.Exprs, styleExtend)
	return out.over(in)
}
