package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// conversions names the function that converts to each type.
var conversions = [...]string{
	types.Bool: "tobool", types.Int: "toint", types.Long: "tolong", types.Real: "todouble",
	types.Decimal: "todecimal", types.String: "tostring", types.DateTime: "todatetime",
	types.TimeSpan: "totimespan", types.GUID: "toguid", types.Dynamic: "todynamic",
}

// convert returns v as type t, by a call of the function that converts to it.
func (b *binder) convert(at syntax.Node, v value, t types.Type) value {
	if v.unknown() || v.typ() == t || t == types.Unknown {
		return v
	}
	name := conversions[t]
	f, ok := b.env.Functions.Scalar(name)
	if !ok {
		b.report(unknownFunction(at, name, nil))
		return unknownValue()
	}
	for i := range f.Overloads {
		o := &f.Overloads[i]
		if len(o.Signature.Params) > 0 && o.Signature.Params[0].Accepts.Has(v.typ()) {
			return value{expr: &plan.Call{Fn: o, Args: []plan.Expr{v.expr}, Typ: t}}
		}
	}
	b.report(typeExpected(at, v.typ(), t))
	return unknownValue()
}

// convertLiteral converts the only row of c to type t, as the functions that
// convert do; a text that does not convert gives a null. !ok if there is no such
// conversion.
func convertLiteral(c column.Column, t types.Type) (column.Column, bool) {
	switch {
	case c.Type() == t:
		return c, true
	case c.Null(0):
		return column.NullConst(t, 1).One, true
	case t == types.Dynamic:
		return constColumn(t, dynamicOf(c)), true
	case t == types.Unknown || c.Type() == types.Unknown:
		return nil, false
	}
	d := dynamicOf(c)
	switch t {
	case types.Bool:
		v, ok := d.ToBool()
		return orNull(t, v, ok), true
	case types.Int:
		v, ok := d.ToInt()
		return orNull(t, v, ok), true
	case types.Long:
		v, ok := d.ToLong()
		return orNull(t, v, ok), true
	case types.Real:
		v, ok := d.ToReal()
		return orNull(t, v, ok), true
	case types.Decimal:
		v, ok := d.ToDecimal()
		return orNull(t, v, ok), true
	case types.DateTime:
		v, ok := d.ToDateTime()
		return orNull(t, v, ok), true
	case types.TimeSpan:
		v, ok := d.ToTimeSpan()
		return orNull(t, v, ok), true
	case types.GUID:
		v, ok := d.ToGUID()
		return orNull(t, v, ok), true
	default:
		return constColumn(t, d.String()), true
	}
}

func constColumn[T column.Value](t types.Type, v T) column.Column {
	return column.NewVec(t, []T{v}, nil)
}

func orNull[T column.Value](t types.Type, v T, ok bool) column.Column {
	if !ok {
		return column.NullConst(t, 1).One
	}
	return constColumn(t, v)
}
