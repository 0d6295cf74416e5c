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
	b.checkKeys(op.By, keys, b.refuse)
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
	own := map[int]bool{}
	for i, a := range op.Aggs {
		before := len(values.exprs)
		b.addOne(values, inner, a.X, styleSummarize, i)
		for j, v := range values.exprs[before:] {
			own[before+j] = b.ownType(a.X)
			n.Defaults = append(n.Defaults, b.seriesDefault(sc, a.Default, v.Type()))
		}
	}
	n.Values, n.Aggs = values.exprs[len(keys.exprs):], inner.aggs.aggs
	b.seriesAxis(sc, rows, n, op, values)
	for i := len(keys.exprs); i < len(values.cols); i++ {
		if !own[i] {
			values.cols[i].Type = types.Dynamic
		}
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
	if t == types.Dynamic && v.typ() != t && !v.unknown() {
		b.refuse(typeExpected(at, v.typ(), t))
		return unknownOf(t).expr
	}
	return b.convert(at, v, t).expr
}

// seriesAxis binds the axis and its steps, and adds its column.
func (b *binder) seriesAxis(sc, rows *scope, n *plan.MakeSeries, op *syntax.MakeSeriesOp, out *columns) {
	on := op.On
	axis := b.scalar(rows, unnamed(on))
	t, outright := axis.typ(), isColumn(axis.expr) || on != unnamed(on)
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
		n.From = b.seriesBound(rows, from, axis.typ(), t)
	}
	if to != nil {
		n.To = b.seriesBound(rows, to, axis.typ(), t)
	}
	n.Step = nullOf(stepType(axis.typ())).expr
	if step != nil {
		n.Step = b.seriesStep(rows, step, axis.typ(), t)
	}
	name := givenName(on, b.resultName(rows, unnamed(on)), "")
	if name == "" {
		name = b.defaultName(rows, false)
	}
	if outright && out.declared[name] {
		b.report(duplicateColumn(on, name))
	}
	out.put(out.unique(name, ""), axis.expr, false)
}

// seriesBound binds an end of an axis of type t; the analyzer wants a value that
// widens to declared, the type that the text gives the axis, constant or not.
func (b *binder) seriesBound(rows *scope, e syntax.Expr, t, declared types.Type) plan.Expr {
	v := b.seriesConstant(rows, e)
	switch got := v.typ(); {
	case v.unknown() || t == types.Unknown || got == declared:
	case got == types.Dynamic, got.IsNumeric() && t.IsNumeric():
		if got > declared && b.env.Strict {
			b.report(typeNeeded(e, declared))
		}
	default:
		b.report(typeNeeded(e, declared))
		return unknownOf(t).expr
	}
	return b.convert(e, v, t).expr
}

// seriesConstant binds what the engine wants to be a constant.
func (b *binder) seriesConstant(rows *scope, e syntax.Expr) value {
	v := b.scalar(rows, e)
	if !v.unknown() && !b.isConstant(v.expr) {
		b.refuse(constantExpected(e))
		return unknownOf(v.typ())
	}
	return v
}

// seriesStep binds the step of an axis of type t, declared as in seriesBound; Unknown
// if the analyzer does not look.
func (b *binder) seriesStep(rows *scope, e syntax.Expr, t, declared types.Type) plan.Expr {
	v := b.seriesConstant(rows, e)
	want := stepType(t)
	if v.unknown() || want == types.Unknown {
		return v.expr
	}
	step := v.typ()
	ours, theirs := step == want || step.IsNumeric() && want.IsNumeric(), isInterval(step, declared)
	switch wrong := notAnInterval(e, step, t); {
	case ours && !theirs:
		if b.env.Strict {
			b.report(wrong)
		}
	case !ours && theirs:
		b.refuse(wrong)
	case !ours:
		b.report(wrong)
	}
	if !ours {
		return unknownOf(want).expr
	}
	return b.convert(e, v, want).expr
}

// isInterval reports whether the analyzer takes a step of this type for an axis of
// type t: one that can be added without another type coming of it, or that cannot
// be added at all.
func isInterval(step, t types.Type) bool {
	switch t {
	case types.Unknown:
		return true
	case types.DateTime:
		return !step.IsNumeric()
	case types.TimeSpan:
		return step != types.DateTime
	case types.Int:
		return !step.IsNumeric() && step != types.TimeSpan
	case types.Long, types.Real, types.Decimal:
		return step != types.TimeSpan && (!step.IsNumeric() || step <= t)
	}
	return false
}
