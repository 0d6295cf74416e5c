package exec

import (
	"slices"
	"strings"

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
	}
	return textHints(name, col, vals)
}

// textHints returns what an operator on text says of the terms in it: those of what
// it looks for that are whole.
func textHints(name string, col *plan.Column, vals []column.Column) []plan.Hint {
	if col.Typ != types.String && col.Typ != types.Dynamic {
		return nil
	}
	left, right := true, true // whether no term runs over the needle's edges
	op := plan.HintHas
	switch name {
	case "has", "has_cs", "=~", "has_all":
	case "contains", "contains_cs":
		left, right = false, false
	case "startswith", "startswith_cs", "hasprefix", "hasprefix_cs":
		right = false
	case "endswith", "endswith_cs", "hassuffix", "hassuffix_cs":
		left = false
	case "has_any", "in~":
		op = plan.HintHasAny
	default:
		return nil
	}
	list, ok := listOf(types.String, vals).(*column.Vec[string])
	if !ok {
		return nil
	}
	var needles []string
	for _, s := range list.Vals {
		needle := whole(s, left, right)
		switch {
		case needle != "":
			needles = append(needles, needle)
		case op == plan.HintHasAny:
			return nil // any row may have this one
		}
	}
	if len(needles) == 0 {
		return nil
	}
	return []plan.Hint{{Column: col.Index, Op: op, Values: column.NewVec(types.String, needles, nil)}}
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

// whole returns s without the terms at its edges that may be parts of longer ones
// in the text; "" if nothing is left, or if it has a character whose part in terms
// or in their comparison is open.
func whole(s string, left, right bool) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return ""
		}
	}
	if !left {
		s = strings.TrimLeftFunc(s, isTermRune)
	}
	if !right {
		s = strings.TrimRightFunc(s, isTermRune)
	}
	if !strings.ContainsFunc(s, isTermRune) {
		return ""
	}
	return s
}

func isTermRune(r rune) bool { return r >= '0' && r <= '9' || r|0x20 >= 'a' && r|0x20 <= 'z' }
