package exec

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// hintsOf returns what the condition e says of single columns, in terms of the
// filter's input: Hint.Column is a position there.
func hintsOf(e plan.Expr) []plan.Hint {
	call, ok := e.(*plan.Call)
	if !ok || len(call.Args) < 2 {
		return nil
	}
	name, args := call.Fn.Name, call.Args
	if _, flipped := args[1].(*plan.Column); flipped && len(args) == 2 {
		back := map[string]string{"==": "==", "<": ">", "<=": ">=", ">": "<", ">=": "<="}[name]
		if back == "" {
			return nil
		}
		name, args = back, []plan.Expr{args[1], args[0]}
	}
	col, ok := args[0].(*plan.Column)
	if !ok {
		return nil
	}
	var vals []column.Column
	for _, a := range args[1:] {
		l, ok := a.(*plan.Literal)
		if !ok || l.Value.Null(0) {
			return nil
		}
		vals = append(vals, l.Value)
	}
	return hintsFor(name, col, vals)
}

func hintsFor(name string, col *plan.Column, vals []column.Column) []plan.Hint {
	hint := func(op plan.HintOp, v column.Column) []plan.Hint {
		if v == nil || v.Type() != col.Typ {
			return nil
		}
		return []plan.Hint{{Column: col.Index, Op: op, Values: v}}
	}
	switch name {
	case "==":
		return hint(plan.HintIn, vals[0])
	case "<":
		return hint(plan.HintLess, vals[0])
	case "<=":
		return hint(plan.HintLessEqual, vals[0])
	case ">":
		return hint(plan.HintGreater, vals[0])
	case ">=":
		return hint(plan.HintGreaterEqual, vals[0])
	case "between":
		if len(vals) == 2 {
			return slices.Concat(hint(plan.HintGreaterEqual, vals[0]), hint(plan.HintLessEqual, vals[1]))
		}
	case "in":
		return hint(plan.HintIn, listOf(col.Typ, vals))
	case "has", "has_cs":
		if v, ok := vals[0].(*column.Vec[string]); ok && col.Typ == types.String {
			return hint(plan.HintHas, termsOf(v.Vals[0]))
		}
	}
	return nil
}

// listOf returns the values of a list as a column of type t; nil if one of them
// has another type. Arrays among them stand for their elements.
func listOf(t types.Type, vals []column.Column) column.Column {
	b := column.NewBuilder(t, len(vals))
	for _, v := range vals {
		d, isDynamic := v.(*column.Vec[dynamic.Value])
		switch {
		case v.Type() == t && !isDynamic:
			b.AppendFrom(v, 0)
		case !isDynamic || d.Vals[0].Kind() != dynamic.Array:
			return nil
		default:
			for _, x := range d.Vals[0].Elements() {
				if !appendExact(b, t, x) {
					return nil
				}
			}
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return b.Finish()
}

// appendExact adds a dynamic value that has b's type t without conversion.
func appendExact(b column.Builder, t types.Type, x dynamic.Value) (ok bool) {
	switch b := b.(type) {
	case *column.TypedBuilder[string]:
		var s string
		if s, ok = x.AsString(); ok {
			b.Append(s)
		}
	case *column.TypedBuilder[int64]:
		var n int64
		switch t {
		case types.Int, types.Long:
			n, ok = x.AsLong()
		case types.DateTime:
			n, ok = x.AsDateTime()
		case types.TimeSpan:
			n, ok = x.AsTimeSpan()
		}
		if ok {
			b.Append(n)
		}
	case *column.TypedBuilder[types.GUID128]:
		var g types.GUID128
		if g, ok = x.AsGUID(); ok {
			b.Append(g)
		}
	}
	return ok
}

// termsOf returns the terms of a text that `has` looks for; nil if there is
// none, or a character whose part in terms is open.
func termsOf(s string) column.Column {
	var terms []string
	from := -1
	for i := 0; i <= len(s); i++ {
		letter := false
		if i < len(s) {
			c := s[i]
			if c >= 0x80 {
				return nil
			}
			letter = c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
		}
		switch {
		case letter && from < 0:
			from = i
		case !letter && from >= 0:
			terms = append(terms, s[from:i])
			from = -1
		}
	}
	if len(terms) == 0 {
		return nil
	}
	return column.NewVec(types.String, terms, nil)
}
