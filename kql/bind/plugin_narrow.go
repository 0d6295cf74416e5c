package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// narrow yields a row for each value: the number of its row, the name of its
// column and the value as text.
func (b *binder) narrow(_ *scope, in table, op *syntax.EvaluateOp) table {
	if len(op.Call.Args) > 0 {
		b.report(argumentCount(op.Call, op.Call.Name.Name, 0, 0))
	}
	in = withoutHidden(in)
	s := in.schema()
	var names dynamic.ArrayBuilder
	texts := make([]operand, s.Len())
	for i, c := range s.Columns {
		names.AppendString(c.Name)
		texts[i] = operand{b.convert(op, value{expr: columnAt(s, i)}, types.String), op}
	}
	number := b.callNamed(op, "row_number", []operand{{constOf(types.Long, int64(0)), op}})
	packed := b.callNamed(op, "pack_array", texts)
	list := &plan.Literal{Value: column.NewVec(types.Dynamic, []dynamic.Value{names.Value()}, nil)}
	wide := &plan.Project{
		Input: plan.NewSerialize(in.node), Exprs: []plan.Expr{number.expr, list, packed.expr},
		Out: types.NewSchema(types.Column{Name: "Row", Type: types.Long},
			types.Column{Name: "Column", Type: types.Dynamic}, types.Column{Name: "Value", Type: types.Dynamic}),
	}
	out := types.NewSchema(types.Column{Name: "Row", Type: types.Long},
		types.Column{Name: "Column", Type: types.String}, types.Column{Name: "Value", Type: types.String})
	return in.over(&plan.MvExpand{
		Input: wide, Out: out,
		Cols: []plan.Expand{{Expr: columnAt(wide.Out, 1), To: 1}, {Expr: columnAt(wide.Out, 2), To: 2}},
	})
}
