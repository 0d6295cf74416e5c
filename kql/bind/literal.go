package bind

import (
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// literalTypes has the type of each kind of literal.
var literalTypes = [...]types.Type{
	syntax.LitBool: types.Bool, syntax.LitInt: types.Int, syntax.LitLong: types.Long,
	syntax.LitReal: types.Real, syntax.LitDecimal: types.Decimal, syntax.LitDateTime: types.DateTime,
	syntax.LitTimespan: types.TimeSpan, syntax.LitGUID: types.GUID, syntax.LitNull: types.Dynamic,
}

func constOf[T column.Value](t types.Type, v T) value {
	return value{expr: &plan.Literal{Value: column.NewVec(t, []T{v}, nil)}}
}

// nullOf returns the null of type t.
func nullOf(t types.Type) value { return value{expr: nulls[t]} }

// nulls has the null of each type, made once: a union over a whole workspace
// needs millions. poison has as many that stand for what could not be bound.
var nulls, poison = makeNulls(), makeNulls()

func makeNulls() (out [types.Dynamic + 1]*plan.Literal) {
	for t := range out {
		out[t] = &plan.Literal{Value: column.NullConst(types.Type(t), 1).One}
	}
	return out
}

// isPoison reports whether e stands for what could not be bound.
func isPoison(e plan.Expr) bool {
	l, ok := e.(*plan.Literal)
	return ok && l == poison[l.Type()]
}

func (b *binder) literal(e *syntax.Literal) value {
	t := literalTypes[e.Kind]
	if e.Null || e.Text == "" {
		return nullOf(t)
	}
	v, ok := parseLiteral(e.Kind, e.Text)
	if !ok {
		b.refuse(badLiteral(e, e.Text, t))
		return unknownOf(t)
	}
	return v
}

// parseLiteral reads the text of a literal. !ok if it makes no sense for its
// kind.
func parseLiteral(k syntax.LiteralKind, s string) (value, bool) {
	switch k {
	case syntax.LitBool:
		v, ok := types.ParseBool(s)
		return constOf(types.Bool, v), ok
	case syntax.LitInt:
		v, ok := types.ParseInt(s)
		return constOf(types.Int, v), ok
	case syntax.LitLong:
		v, ok := types.ParseLong(s)
		return constOf(types.Long, v), ok
	case syntax.LitReal:
		v, ok := types.ParseReal(s)
		return constOf(types.Real, v), ok
	case syntax.LitDecimal:
		v, ok := types.ParseDecimal(s)
		return constOf(types.Decimal, v), ok
	case syntax.LitDateTime:
		v, ok := types.ParseDateTimeLiteral(s)
		return constOf(types.DateTime, v), ok
	case syntax.LitTimespan:
		v, ok := types.ParseTimeSpanLiteral(s)
		return constOf(types.TimeSpan, v), ok
	case syntax.LitGUID:
		v, ok := types.ParseGUID(strings.Trim(s, `"'`))
		return constOf(types.GUID, v), ok
	}
	return value{}, false
}

// dynamicLit returns the value of dynamic(…).
func (b *binder) dynamicLit(e *syntax.DynamicLit) value {
	if s, ok := e.Value.(*syntax.StringLit); ok {
		// dynamic('{"a":1}') is parsed where it can be, unlike an inner string.
		return constOf(types.Dynamic, dynamic.FromString(s.Value))
	}
	return constOf(types.Dynamic, b.dynamicValue(e.Value))
}

func (b *binder) dynamicValue(e syntax.Expr) dynamic.Value {
	switch e := e.(type) {
	case *syntax.StringLit:
		return dynamic.FromString(e.Value)
	case *syntax.DynamicLit:
		return b.dynamicValue(e.Value)
	case *syntax.DynArray:
		var a dynamic.ArrayBuilder
		for _, x := range e.Elems {
			a.Append(b.dynamicValue(x))
		}
		return a.Value()
	case *syntax.DynObject:
		var o dynamic.BagBuilder
		for _, p := range e.Pairs {
			o.Set(p.Name.Value, b.dynamicValue(p.Value))
		}
		return o.Value()
	case *syntax.Literal:
		return b.dynamicScalar(e)
	case *syntax.UnaryExpr:
		return b.dynamicNegative(e)
	case *syntax.Ident:
		b.report(clientParameter(e))
	}
	return dynamic.Value{}
}

func (b *binder) dynamicScalar(e *syntax.Literal) dynamic.Value {
	v := b.literal(e)
	if v.typ() == types.Decimal {
		b.report(decimalInDynamic(e))
	}
	lit, ok := v.expr.(*plan.Literal)
	if !ok || lit.Value.Null(0) {
		return dynamic.Value{}
	}
	return dynamicOf(lit.Value)
}

// dynamicNegative reads a number with a sign within a dynamic literal.
func (b *binder) dynamicNegative(e *syntax.UnaryExpr) dynamic.Value {
	l, ok := e.X.(*syntax.Literal)
	if !ok {
		return dynamic.Value{}
	}
	if !e.Minus {
		return b.dynamicScalar(l)
	}
	c := *l
	c.Text = "-" + l.Text
	return b.dynamicScalar(&c)
}

// dynamicOf wraps the only row of a flat column, which is no null.
func dynamicOf(c column.Column) dynamic.Value {
	switch v := c.(type) {
	case *column.Vec[bool]:
		return dynamic.FromBool(v.Vals[0])
	case *column.Vec[float64]:
		return dynamic.FromReal(v.Vals[0])
	case *column.Vec[string]:
		return dynamic.FromString(v.Vals[0])
	case *column.Vec[types.Decimal128]:
		return dynamic.FromDecimal(v.Vals[0])
	case *column.Vec[types.GUID128]:
		return dynamic.FromGUID(v.Vals[0])
	case *column.Vec[dynamic.Value]:
		return v.Vals[0]
	case *column.Vec[int64]:
		switch c.Type() {
		case types.DateTime:
			return dynamic.FromDateTime(v.Vals[0])
		case types.TimeSpan:
			return dynamic.FromTimeSpan(v.Vals[0])
		}
		return dynamic.FromLong(v.Vals[0])
	}
	return dynamic.Value{}
}
