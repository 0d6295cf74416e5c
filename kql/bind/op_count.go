package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// count yields the number of rows.
func (b *binder) count(in table, op *syntax.CountOp) table {
	name := "Count"
	if op.As != nil && op.As.Name != "" {
		name = op.As.Name
	}
	return b.counted(op, in, nil, nil, types.Column{Name: name, Type: types.Long})
}

// counted groups in by keys, whose columns are given, and counts the rows of
// each group in a last column.
func (b *binder) counted(at syntax.Node, in table, keys []plan.Expr, cols []types.Column, count types.Column) table {
	f, ok := b.env.Functions.Aggregate("count")
	if !ok {
		b.report(notSupported(at, "count()"))
		return unknownTable()
	}
	return in.unordered(&plan.Aggregate{
		Input: in.node, Keys: keys,
		Aggs: []plan.Agg{{Fn: &f.Overloads[0], Typ: types.Long}},
		Out:  types.Schema{Columns: append(append([]types.Column(nil), cols...), count)},
	})
}
