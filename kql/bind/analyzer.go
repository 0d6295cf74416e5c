package bind

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// Where a query is checked (Env.Strict), its columns are those that Microsoft's
// analyzer gives. They are the engine's but for what is in this file, and for
// function.Overload.Analyzer and function.NamePrefixTwo: see docs/decisions/0005.

// captured gives a captured value a column. One of the input that has its name is
// replaced; the analyzer keeps both, and the earlier one is what the name means.
func (b *binder) captured(out *columns, name string, t types.Type) int {
	at, taken := out.index[name]
	switch {
	case taken && !b.env.Strict:
		out.replace(at, name, nullOf(t).expr)
		return at
	case !taken:
		name = out.unique(name, "")
	}
	out.put(name, nullOf(t).expr, false)
	return len(out.cols) - 1
}

// matchID adds to the columns of scan the analyzer's match_id, which the engine
// has only if with_match_id names it.
func (b *binder) matchID(record *columns, n *plan.StepScan) {
	if b.env.Strict {
		n.MatchID = true
		record.put(record.unique("match_id", ""), nullOf(types.Long).expr, false)
	}
}

// tupleTaken returns the columns that a scalar call with several gives where the
// text names one: the first; the analyzer keeps the others under their own names.
func (b *binder) tupleTaken(tuple []namedValue) []namedValue {
	if b.env.Strict {
		return tuple
	}
	return tuple[:min(1, len(tuple))]
}

// ifExists returns what column_ifexists makes of the column that it found: the
// column; the analyzer takes it for a value of the default's type.
func (b *binder) ifExists(found, def operand) value {
	if !b.env.Strict || found.unknown() || def.unknown() {
		return found.value
	}
	return b.convert(found.at, found.value, def.typ())
}

// asAnalyzer gives a call the type that it has for the analyzer. What becomes
// dynamic passes through an array: nothing converts a number to dynamic.
func (b *binder) asAnalyzer(at syntax.Node, call *plan.Call, t types.Type) value {
	f, ok := b.env.Functions.Scalar("pack_array")
	if t != types.Dynamic || !ok {
		return b.convert(at, value{expr: call}, t)
	}
	array := &plan.Call{Fn: &f.Overloads[0], Args: []plan.Expr{call}, Typ: types.Dynamic}
	v := b.operate(at, "index", operand{value{expr: array}, at}, operand{constOf(types.Long, int64(0)), at})
	b.setShape(v.expr, namedShape(call.Fn.Name))
	return v
}

// ownType reports whether the analyzer leaves the columns that e makes of a
// make-series the type of their values, as it does where an aggregate may have several
// and the text names none. They are arrays.
func (b *binder) ownType(e *syntax.NamedExpr) bool {
	call, ok := e.X.(*syntax.CallExpr)
	if !b.env.Strict || !ok || len(e.Names) > 0 {
		return false
	}
	switch call.Name.Name {
	case "arg_max", "argmax", "arg_min", "argmin", "take_any", "percentile", "percentiles", "percentilew", "percentilesw":
		return true
	}
	return false
}

// hittersSum is what top-hitters yields of a sum over values of type t: the sum, which
// the analyzer takes for one of that type.
func (b *binder) hittersSum(at syntax.Node, sum value, t types.Type) value {
	if !b.env.Strict || t != types.Int {
		return sum
	}
	return b.convert(at, sum, t)
}

// ordinalType is the type of getschema's ColumnOrdinal.
func (b *binder) ordinalType() types.Type {
	if b.env.Strict {
		return types.Long
	}
	return types.Int
}

// forgets reports whether the analyzer leaves the column c out of a union whose
// parts so far have columns of its name of the types given, of which there are n:
// after two of one type it does not see another type. The engine keeps all, each
// named after its type.
func (b *binder) forgets(c types.Column, seen []types.Column, n int) bool {
	return b.env.Strict && n > 1 && len(seen) == 1 && !slices.Contains(seen, c) && c.Type != types.Unknown
}
