package opt

import (
	"github.com/calypso-kql/calypso/kql/plan"
)

// jsonPath takes a chain of member accesses on parse_json(text) straight from
// the text, without building the whole value: parse_json(s).a.b becomes
// json_path(s, "a", "b").
func (o *optimizer) jsonPath(e plan.Expr) plan.Expr {
	call, ok := e.(*plan.Call)
	if !ok || call.Fn.Name != "member" || len(call.Args) != 2 {
		return e
	}
	inner, ok := call.Args[0].(*plan.Call)
	if !ok {
		return e
	}
	fn, ok := o.reg.Scalar("json_path")
	if !ok {
		return e
	}
	switch inner.Fn.Name {
	case "parse_json", "todynamic":
		if len(inner.Args) != 1 || inner.Args[0].Type().String() != "string" {
			return e
		}
		return &plan.Call{Fn: &fn.Overloads[0], Args: []plan.Expr{inner.Args[0], call.Args[1]}, Typ: e.Type()}
	case "json_path":
		args := append(append([]plan.Expr(nil), inner.Args...), call.Args[1])
		return &plan.Call{Fn: &fn.Overloads[0], Args: args, Typ: e.Type()}
	}
	return e
}
