package builtin

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// argAggregates declares arg_max and arg_min. With values to return they choose
// a row, which is a plan.Pick; without any they are max and min.
func argAggregates() []function.Aggregate {
	one, two := []types.Type{types.Unknown}, []types.Type{types.Unknown, types.Unknown}
	return []function.Aggregate{
		{
			Doc: "Finds the row of the group where the expression is greatest, and returns the expression and the columns named.",
			Overloads: []function.AggregateOverload{
				{Sig: "arg_max(maximized: T orderable): T", In: one, New: newMax, AnyOrder: true},
				{Sig: "arg_max(maximized: T orderable, returned...?: scalar): T", In: two, New: newArg("arg_max")},
			},
			Examples:   []string{`3, 1, 2 | arg_max(x) -> 3`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Finds the row of the group where the expression is least, and returns the expression and the columns named.",
			Overloads: []function.AggregateOverload{
				{Sig: "arg_min(minimized: T orderable): T", In: one, New: newMin, AnyOrder: true},
				{Sig: "arg_min(minimized: T orderable, returned...?: scalar): T", In: two, New: newArg("arg_min")},
			},
			Examples:   []string{`3, 1, 2 | arg_min(x) -> 1`},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Finds the row of the group where the expression is greatest.",
			Overloads: []function.AggregateOverload{
				{Sig: "argmax(maximized: T orderable): T", In: one, New: newMax, AnyOrder: true},
				{Sig: "argmax(maximized: T orderable, returned...?: scalar): T", In: two, New: newArg("argmax")},
			},
			Examples:   []string{`3, 1, 2 | argmax(x) -> 3`},
			ResultName: function.NamePrefix,
			Prefix:     "max",
			Hidden:     true,
			Obsolete:   "arg_max",
		},
		{
			Doc: "Finds the row of the group where the expression is least.",
			Overloads: []function.AggregateOverload{
				{Sig: "argmin(minimized: T orderable): T", In: one, New: newMin, AnyOrder: true},
				{Sig: "argmin(minimized: T orderable, returned...?: scalar): T", In: two, New: newArg("argmin")},
			},
			Examples:   []string{`3, 1, 2 | argmin(x) -> 1`},
			ResultName: function.NamePrefix,
			Prefix:     "min",
			Hidden:     true,
			Obsolete:   "arg_min",
		},
	}
}

// newArg stands for a form that the binder turns into a plan.Pick.
func newArg(name string) newAccumulator {
	return func(*function.AggregateCall) (function.Accumulator, error) {
		return nil, fmt.Errorf("%s with columns to return picks a row: it has no state of its own", name)
	}
}
