package opt

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// jsonPath takes a chain of accesses on parse_json(text) straight from the
// text, without building the whole value: parse_json(s).a[1] becomes
// json_path(s, ["a",1]), and tostring() of that json_path_text.
func (o *optimizer) jsonPath(e plan.Expr) plan.Expr {
	call, ok := e.(*plan.Call)
	if !ok || len(call.Args) == 0 {
		return e
	}
	inner, ok := call.Args[0].(*plan.Call)
	if !ok {
		return e
	}
	if call.Fn.Name == "tostring" && inner.Fn.Name == "json_path" {
		return o.jsonCall("json_path_text", inner.Args, e)
	}
	step, ok := pathStep(call)
	if !ok {
		return e
	}
	switch inner.Fn.Name {
	case "parse_json", "todynamic":
		if len(inner.Args) == 1 && inner.Args[0].Type() == types.String {
			return o.jsonCall("json_path", []plan.Expr{inner.Args[0], pathOf(dynamic.Value{}, step)}, e)
		}
	case "json_path":
		if l, ok := inner.Args[1].(*plan.Literal); ok {
			path := column.ViewOf[dynamic.Value](l.Value)
			return o.jsonCall("json_path", []plan.Expr{inner.Args[0], pathOf(path.At(0), step)}, e)
		}
	}
	return e
}

// jsonCall is a call of the function called name in the place of e, or e if
// there is no such function.
func (o *optimizer) jsonCall(name string, args []plan.Expr, e plan.Expr) plan.Expr {
	fn, ok := o.reg.Scalar(name)
	if !ok {
		return e
	}
	return &plan.Call{Fn: &fn.Overloads[0], Args: args, Typ: e.Type()}
}

// pathStep returns the constant name or position by which call accesses its
// first argument.
func pathStep(call *plan.Call) (dynamic.Value, bool) {
	if len(call.Args) != 2 {
		return dynamic.Value{}, false
	}
	l, ok := call.Args[1].(*plan.Literal)
	if !ok || l.Value.Null(0) {
		return dynamic.Value{}, false
	}
	switch v := l.Value.(type) {
	case *column.Vec[string]:
		return dynamic.FromString(v.Vals[0]), call.Fn.Name == "member"
	case *column.Vec[int64]:
		return dynamic.FromLong(v.Vals[0]), call.Fn.Name == "index" && v.Vals[0] >= 0
	}
	return dynamic.Value{}, false
}

// pathOf is the path that leads one step further.
func pathOf(path, step dynamic.Value) plan.Expr {
	var b dynamic.ArrayBuilder
	for _, s := range path.Elements() {
		b.Append(s)
	}
	b.Append(step)
	return &plan.Literal{Value: column.NewVec(types.Dynamic, []dynamic.Value{b.Value()}, nil)}
}
