package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// anyAggregates declares take_any and its like over one column. Over several
// columns, or *, they choose a row: plan.Pick.
func anyAggregates() []function.Aggregate {
	one, two := []types.Type{types.Unknown}, []types.Type{types.Unknown, types.Bool}
	return []function.Aggregate{
		{
			Doc: "Returns some value of the group: one that is neither null nor empty, if there is any.",
			Overloads: []function.AggregateOverload{
				{Sig: "take_any(expr: T scalar): T", In: one, New: newAny, InOrder: true},
			},
			Examples:   []string{`long(null), 7 | take_any(x) -> 7`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Returns some value of the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "take_anyif(expr: T scalar, predicate: bool): T", In: two, New: onlyIf(1, newAny), InOrder: true},
			},
			Examples:   []string{`1, 2 | take_anyif(x, x > 1) -> 2`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Returns some value of the group.",
			Overloads: []function.AggregateOverload{
				{Sig: "any(expr: T scalar): T", In: one, New: newAny, InOrder: true},
			},
			Examples:   []string{`5, 5 | any(x) -> 5`},
			ResultName: function.NamePrefix,
			Hidden:     true,
			Obsolete:   "take_any",
		},
		{
			Doc: "Returns some value of the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "anyif(expr: T scalar, predicate: bool): T", In: two, New: onlyIf(1, newAny), InOrder: true},
			},
			Examples:   []string{`1, 2 | anyif(x, x > 1) -> 2`},
			ResultName: function.NamePrefix,
			Hidden:     true,
			Obsolete:   "take_anyif",
		},
		{
			Doc: "Returns some value of the group, as a column of its own name.",
			Overloads: []function.AggregateOverload{
				{Sig: "passthrough(expr: T scalar): T", In: one, New: newAny, InOrder: true},
			},
			Examples:   []string{`5, 5 | passthrough(x) -> 5`},
			ResultName: function.NameFirstArgument,
			Hidden:     true,
		},
	}
}

func newAny(c *function.AggregateCall) (function.Accumulator, error) {
	switch c.Out {
	case types.Bool:
		return &foldAcc[bool]{out: c.Out, loop: firstOf[bool]}, nil
	case types.Real:
		return &foldAcc[float64]{out: c.Out, loop: firstOf[float64]}, nil
	case types.Decimal:
		return &foldAcc[types.Decimal128]{out: c.Out, loop: firstOf[types.Decimal128]}, nil
	case types.GUID:
		return &foldAcc[types.GUID128]{out: c.Out, loop: firstOf[types.GUID128]}, nil
	case types.String:
		return &foldAcc[string]{out: c.Out, loop: firstText}, nil
	case types.Dynamic:
		return &foldAcc[dynamic.Value]{out: c.Out, loop: firstDynamic}, nil
	default:
		return &foldAcc[int64]{out: c.Out, loop: firstOf[int64]}, nil
	}
}

func firstOf[T column.Value](state []T, seen []bool, vals []T, groups []uint32) {
	for i, v := range vals {
		if g := groups[i]; !seen[g] {
			state[g], seen[g] = v, true
		}
	}
}

func firstText(state []string, seen []bool, vals []string, groups []uint32) {
	for i, v := range vals {
		if g := groups[i]; !seen[g] && v != "" {
			state[g], seen[g] = v, true
		}
	}
}

func firstDynamic(state []dynamic.Value, seen []bool, vals []dynamic.Value, groups []uint32) {
	for i, v := range vals {
		if g := groups[i]; !seen[g] && !v.IsNull() {
			state[g], seen[g] = v, true
		}
	}
}
