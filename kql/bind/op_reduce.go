package bind

import (
	"fmt"
	"strconv"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// reduce groups texts by the terms that they share.
func (b *binder) reduce(sc *scope, in table, op *syntax.ReduceOp) table {
	n := &plan.Reduce{Input: in.node, Threshold: b.reduceThreshold(op.With)}
	n.Source = b.paramOneOf(op.Params, "kind", "", "source") == "source"
	text := b.scalar(sc.withRow(in), unnamed(op.By))
	if !text.unknown() && text.typ() != types.String {
		b.report(typeNeeded(op.By, types.String))
	}
	n.Text = text.expr
	if p := syntax.FindParam(op.With, "characters"); p != nil {
		if s, ok := p.Value.(*syntax.StringLit); ok {
			n.Separators = s.Value
		} else {
			b.report(stringExpected(p.Value))
		}
	}
	if n.Source {
		n.Out.Columns = append(n.Out.Columns, in.schema().Columns...)
	}
	n.Out.Columns = uniqueNames(append(n.Out.Columns,
		types.Column{Name: "Pattern", Type: types.String},
		types.Column{Name: "Count", Type: types.Long},
		types.Column{Name: "Representative", Type: types.String}))
	if n.Source {
		return in.over(n)
	}
	return in.unordered(n)
}

// reduceThreshold returns the threshold that the text gives, or Kusto's own.
func (b *binder) reduceThreshold(params []*syntax.OperatorParam) float64 {
	o := plan.Option{Name: "threshold", Most: 1, Default: 0.1}
	p := syntax.FindParam(params, "threshold")
	if p == nil {
		return o.Default
	}
	v, err := strconv.ParseFloat(paramWord(p), 64)
	if err != nil || !o.Allows(v) {
		b.refuse(badConstant(p.Value, o.Name, fmt.Errorf("want %s", o.Range())))
		return o.Default
	}
	return v
}
