package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// rangeOp makes the values From, From+Step, … up to To, as a table whose rows
// are in order.
func (b *binder) rangeOp(sc *scope, op *syntax.RangeOp) table {
	from := b.rangeBound(sc, op.Start)
	to := b.rangeBound(sc, op.Stop)
	step := b.rangeBound(sc, op.Step)
	if isZero(step.expr) {
		b.report(zeroStep(op.Step))
	}
	t, ok := rangeType(from.typ(), to.typ(), step.typ())
	switch between, related := common(from.typ(), to.typ()); {
	case ok:
	case !related: // the analyzer does not look
		b.refuse(operatorUndefined(op, "range", []operand{from, to, step}))
	default:
		b.report(operatorUndefined(op.Step, "range", []operand{{unknownOf(between), op.Start}, step}))
	}
	out := types.NewSchema(types.Column{Name: op.Name.Name, Type: t})
	n := &plan.Range{
		Out:  out,
		From: b.convertTo(from, types.Unknown, t).expr,
		To:   b.convertTo(to, types.Unknown, t).expr,
		Step: b.convertTo(step, types.Unknown, stepType(t)).expr,
	}
	return table{node: n, serialized: true, open: !ok}
}

func (b *binder) rangeBound(sc *scope, e syntax.Expr) operand {
	v := b.scalar(sc, e)
	if !v.unknown() && !b.isConstant(v.expr) {
		b.refuse(constantExpected(e))
		v = unknownOf(v.typ())
	}
	if t := v.typ(); !v.unknown() && !t.IsSummable() && t != types.DateTime {
		b.report(summableExpected(e))
		v = unknownValue()
	}
	return operand{v, e}
}

// isZero reports whether e is the literal 0, of any type.
func isZero(e plan.Expr) bool {
	l, ok := e.(*plan.Literal)
	if !ok {
		return false
	}
	switch v := l.Value.(type) {
	case *column.Vec[int64]:
		return v.Valid.Has(0) && v.Vals[0] == 0 && v.Type() != types.Unknown
	case *column.Vec[float64]:
		return v.Valid.Has(0) && v.Vals[0] == 0
	case *column.Vec[types.Decimal128]:
		return v.Valid.Has(0) && v.Vals[0].IsZero()
	}
	return false
}

// rangeType returns the type of the values: that of the bounds, or the widest of
// several numbers.
func rangeType(from, to, step types.Type) (types.Type, bool) {
	t, ok := common(from, to)
	switch {
	case !ok:
		return types.Unknown, false
	case t == types.Unknown || step == types.Unknown:
		return t, true
	case t.IsNumeric():
		return max(t, step), step.IsNumeric()
	}
	return t, step == types.TimeSpan
}

// stepType returns the type of the distance between two values of type t.
func stepType(t types.Type) types.Type {
	if t == types.DateTime {
		return types.TimeSpan
	}
	return t
}
