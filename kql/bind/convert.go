package bind

import (
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
	if v.unknown() || v.typ() == t {
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
