package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// reduce is known by its columns only: how Kusto finds the patterns of texts is
// not published.
func (b *binder) reduce(sc *scope, in table, op *syntax.ReduceOp) table {
	b.report(notSupported(op, "reduce"))
	b.text(sc.withRow(in), unnamed(op.By))
	var out types.Schema
	if b.paramOneOf(op.Params, "kind", "", "source") == "source" {
		out.Columns = append(out.Columns, in.schema().Visible().Columns...)
	}
	out.Columns = append(out.Columns,
		types.Column{Name: "Pattern", Type: types.String},
		types.Column{Name: "Count", Type: types.Long},
		types.Column{Name: "Representative", Type: types.String})
	return table{node: &plan.Values{Out: out}}
}
