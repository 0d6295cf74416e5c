package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// makeSeries computes aggregates for the steps of an axis, as arrays.
func (b *binder) makeSeries(sc *scope, in table, op *syntax.MakeSeriesOp) table {
	rows := sc.withRow(in)
	keys := newColumns()
	b.addAll(keys, rows, op.By, styleSummarize)
	b.checkKeys(op.By, keys)
	inner := sc.withAggregates(rows, nil)
	for _, k := range keys.exprs {
		if c, ok := k.(*plan.Column); ok {
			inner.aggs.by[c.Index] = true
		}
	}
	values := newColumns()
	for i, c := range keys.cols {
		values.put(values.unique(c.Name, ""), keys.exprs[i], false)
		values.declared[c.Name] = keys.declared[c.Name]
	}
	n := &plan.MakeSeries{Input: in.node, Keys: keys.exprs, NonEmpty: b.paramOneOf(op.Params, "kind", "", "nonempty") == "nonempty"}
	for i, a := range op.Aggs {
		before := len(values.exprs)
		b.addOne(values, inner, a.X, styleSummarize, i)
		for _, v := range values.exprs[before:] {
			n.Defaults = append(n.Defaults, b.seriesDefault(sc, a.Default, v.Type()))
		}
	}
	n.Values, n.Aggs = values.exprs[len(keys.exprs):], inner.aggs.aggs
	b.seriesAxis(sc, rows, n, op, values)
	for i := len(keys.exprs); i < len(values.cols); i++ {
		values.cols[i].Type = types.Dynamic
	}
	n.Out = values.schema()
	return in.unordered(n)
}

// seriesDefault binds what a step without rows holds: 0 unless the text says
// otherwise.
func (b *binder) seriesDefault(sc *scope, e syntax.Expr, t types.Type) plan.Expr {
	if e != nil {
		v := b.constant(sc, e)
		if v.unknown() || t == types.Unknown {
			return v.expr
		}
		return b.seriesValue(e, v, t)
	}
	if t.IsNumeric() {
		zero, _ := convertLiteral(column.NewVec(types.Long, []int64{0}, nil), t)
		return &plan.Literal{Value: zero}
	}
	return unknownOf(t).expr
}

// seriesValue converts a default to the type of its series, but keeps a real
// default of a series of integers: arrays hold both.
func (b *binder) seriesValue(at syntax.Expr, v value, t types.Type) plan.Expr {
	if t.IsNumeric() && v.typ().IsNumeric() && v.typ() > t {
		return v.expr
	}
	return b.convert(at, v, t).expr
}

// seriesAxis binds the axis and its steps, and adds its column.
func (b *binder) seriesAxis(sc, rows *scope, n *plan.MakeSeries, op *syntax.MakeSeriesOp, out *columns) {
	on := op.On
	axis := b.scalar(rows, unnamed(on))
	t := axis.typ()
	if t == types.Int {
		axis = b.convert(on, axis, types.Long)
	}
	n.Axis = axis.expr
	from, to, step := op.From, op.To, op.Step
	if len(op.InRange) == 3 {
		from, to, step = op.InRange[0], op.InRange[1], op.InRange[2]
		n.Closed = true
	} else if op.InRange != nil {
		b.report(argumentCount(op, "range", 3, 3))
	}
	if from != nil {
		n.From = b.seriesBound(sc, from, axis.typ())
	}
	if to != nil {
		n.To = b.seriesBound(sc, to, axis.typ())
	}
	n.Step = nullOf(stepType(axis.typ())).expr
	if step != nil {
		n.Step = b.seriesStep(sc, step, axis.typ())
	}
	name := givenName(on, b.resultName(rows, unnamed(on)), "")
	if name == "" {
		name = b.defaultName(rows, false)
	}
	out.put(out.unique(name, ""), axis.expr, false)
}

func (b *binder) seriesBound(sc *scope, e syntax.Expr, t types.Type) plan.Expr {
	v := b.constant(sc, e)
	switch {
	case v.unknown() || t == types.Unknown || v.typ() == t:
		return v.expr
	case v.typ() == types.Dynamic, v.typ().IsNumeric() && t.IsNumeric():
		return b.convert(e, v, t).expr
	}
	b.report(typeExpected(e, v.typ(), t))
	return unknownOf(t).expr
}

func (b *binder) seriesStep(sc *scope, e syntax.Expr, axis types.Type) plan.Expr {
	v := b.constant(sc, e)
	want := stepType(axis)
	switch {
	case v.unknown() || want == types.Unknown || v.typ() == want:
		return v.expr
	case v.typ().IsNumeric() && want.IsNumeric():
		return b.convert(e, v, want).expr
	}
	b.report(notAnInterval(e, v.typ(), axis))
	return unknownOf(want).expr
}
