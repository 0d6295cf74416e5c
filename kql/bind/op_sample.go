package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// sample yields some rows by chance: those with the greatest random numbers, so
// that each set of rows is as likely as any other.
func (b *binder) sample(sc *scope, in table, op *syntax.SampleOp) table {
	n := b.rowCount(sc, in, op.Count)
	f, ok := b.env.Functions.Scalar("rand")
	if !ok {
		b.report(notSupported(op, "sample"))
		return in
	}
	s := in.schema()
	for i := range f.Overloads {
		o := &f.Overloads[i]
		if len(o.Signature.Params) > 0 && !o.Signature.Params[0].Optional {
			continue
		}
		chance := &plan.Call{Fn: o, Typ: types.Real}
		drawn := &plan.Project{
			Input: in.node, Exprs: append(columnsFrom(s, 0, s.Len()), chance),
			Out: types.Schema{Columns: append(append([]types.Column(nil), s.Columns...), types.Column{Name: "", Type: types.Real})},
		}
		top := plan.NewTop(drawn, n, []plan.SortKey{{Expr: columnAt(drawn.Out, s.Len()), Desc: true}})
		return in.unordered(&plan.Project{Input: top, Exprs: columnsFrom(s, 0, s.Len()), Out: s})
	}
	b.report(notSupported(op, "sample"))
	return in
}
