package builtin

import (
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func binaryAggregates() []function.Aggregate {
	return []function.Aggregate{
		{
			Doc: "Joins the values of the group with binary and.",
			Overloads: []function.AggregateOverload{
				{Sig: "binary_all_and(expr: T int|long): T", In: []types.Type{types.Unknown}, New: newBits(andBits), AnyOrder: true},
			},
			Examples:   []string{`12, 10 | binary_all_and(x) -> 8`},
			Analyzer:   []string{"binary_all_and(expr: T summable|datetime): T"},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Joins the values of the group with binary or.",
			Overloads: []function.AggregateOverload{
				{Sig: "binary_all_or(expr: T int|long): T", In: []types.Type{types.Unknown}, New: newBits(orBits), AnyOrder: true},
			},
			Examples:   []string{`12, 10 | binary_all_or(x) -> 14`},
			Analyzer:   []string{"binary_all_or(expr: T summable|datetime): T"},
			ResultName: function.NameFirstArgument,
		},
		{
			Doc: "Joins the values of the group with binary exclusive or.",
			Overloads: []function.AggregateOverload{
				{Sig: "binary_all_xor(expr: T int|long): T", In: []types.Type{types.Unknown}, New: newBits(xorBits), AnyOrder: true},
			},
			Examples:   []string{`12, 10 | binary_all_xor(x) -> 6`},
			Analyzer:   []string{"binary_all_xor(expr: T summable|datetime): T"},
			ResultName: function.NameFirstArgument,
		},
	}
}

func newBits(loop func(state []int64, seen []bool, vals []int64, groups []uint32)) newAccumulator {
	return func(c *function.AggregateCall) (function.Accumulator, error) {
		return &foldAcc[int64]{out: c.Out, loop: loop}, nil
	}
}

func andBits(state []int64, seen []bool, vals []int64, groups []uint32) {
	for i, v := range vals {
		g := groups[i]
		if seen[g] {
			v &= state[g]
		}
		state[g], seen[g] = v, true
	}
}

func orBits(state []int64, seen []bool, vals []int64, groups []uint32) {
	for i, v := range vals {
		g := groups[i]
		state[g], seen[g] = state[g]|v, true
	}
}

func xorBits(state []int64, seen []bool, vals []int64, groups []uint32) {
	for i, v := range vals {
		g := groups[i]
		state[g], seen[g] = state[g]^v, true
	}
}
