package builtin

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func minMaxAggregates() []function.Aggregate {
	one, two := []types.Type{types.Unknown}, []types.Type{types.Unknown, types.Bool}
	return []function.Aggregate{
		{
			Doc: "Returns the least value of the group; nulls are left out.",
			Overloads: []function.AggregateOverload{
				{Sig: "min(expr: T orderable): T", In: one, New: newMin, AnyOrder: true},
			},
			Examples:   []string{`3, 1, 2 | min(x) -> 1`, `"b", "a" | min(x) -> a`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Returns the greatest value of the group; nulls are left out.",
			Overloads: []function.AggregateOverload{
				{Sig: "max(expr: T orderable): T", In: one, New: newMax, AnyOrder: true},
			},
			Examples:   []string{`3, 1, 2 | max(x) -> 3`, `1h, 2d | max(x) -> 2.00:00:00`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Returns the least value of the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "minif(expr: T orderable, predicate: bool): T", In: two, New: onlyIf(1, newMin), AnyOrder: true},
			},
			Examples:   []string{`3, 1, 2 | minif(x, x > 1) -> 2`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Returns the greatest value of the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "maxif(expr: T orderable, predicate: bool): T", In: two, New: onlyIf(1, newMax), AnyOrder: true},
			},
			Examples:   []string{`3, 1, 2 | maxif(x, x < 3) -> 2`},
			ResultName: function.NamePrefix,
		},
	}
}

func newMin(c *function.AggregateCall) (function.Accumulator, error) {
	switch c.Args[0] {
	case types.Real:
		return &foldAcc[float64]{out: c.Out, loop: leastReals}, nil
	case types.String:
		return &foldAcc[string]{out: c.Out, loop: least[string]}, nil
	case types.Bool:
		return bestBy(c.Out, func(a, b bool) bool { return !a && b }), nil
	case types.Decimal:
		return bestBy(c.Out, func(a, b types.Decimal128) bool { return types.CompareDecimal(a, b) < 0 }), nil
	case types.GUID:
		return bestBy(c.Out, func(a, b types.GUID128) bool { return bytes.Compare(a[:], b[:]) < 0 }), nil
	case types.Dynamic:
		return nil, fmt.Errorf("min of type %s", c.Args[0])
	default:
		return &foldAcc[int64]{out: c.Out, loop: least[int64]}, nil
	}
}

func newMax(c *function.AggregateCall) (function.Accumulator, error) {
	switch c.Args[0] {
	case types.Real:
		return &foldAcc[float64]{out: c.Out, loop: greatestReals}, nil
	case types.String:
		return &foldAcc[string]{out: c.Out, loop: greatest[string]}, nil
	case types.Bool:
		return bestBy(c.Out, func(a, b bool) bool { return a && !b }), nil
	case types.Decimal:
		return bestBy(c.Out, func(a, b types.Decimal128) bool { return types.CompareDecimal(a, b) > 0 }), nil
	case types.GUID:
		return bestBy(c.Out, func(a, b types.GUID128) bool { return bytes.Compare(a[:], b[:]) > 0 }), nil
	case types.Dynamic:
		return nil, fmt.Errorf("max of type %s", c.Args[0])
	default:
		return &foldAcc[int64]{out: c.Out, loop: greatest[int64]}, nil
	}
}

// allSeen reports whether every group has a value, where that is worth a look
// before n rows are.
func allSeen(seen []bool, n int) bool {
	return 4*len(seen) <= n && !slices.Contains(seen, false)
}

func least[T cmp.Ordered](state []T, seen []bool, vals []T, groups []uint32) {
	if allSeen(seen, len(vals)) {
		for i, v := range vals {
			if best := &state[groups[i]]; v < *best {
				*best = v
			}
		}
		return
	}
	for i, v := range vals {
		if g := groups[i]; !seen[g] || v < state[g] {
			state[g], seen[g] = v, true
		}
	}
}

func greatest[T cmp.Ordered](state []T, seen []bool, vals []T, groups []uint32) {
	if allSeen(seen, len(vals)) {
		for i, v := range vals {
			if best := &state[groups[i]]; v > *best {
				*best = v
			}
		}
		return
	}
	for i, v := range vals {
		if g := groups[i]; !seen[g] || v > state[g] {
			state[g], seen[g] = v, true
		}
	}
}

// leastReals lets NaN win over all else and stay, as the engine does.
func leastReals(state []float64, seen []bool, vals []float64, groups []uint32) {
	for i, v := range vals {
		if g := groups[i]; !seen[g] || v < state[g] || v != v {
			state[g], seen[g] = v, true
		}
	}
}

func greatestReals(state []float64, seen []bool, vals []float64, groups []uint32) {
	for i, v := range vals {
		if g := groups[i]; !seen[g] || v > state[g] || v != v {
			state[g], seen[g] = v, true
		}
	}
}

// bestBy keeps the value that is better than the others of its group.
func bestBy[T column.Value](out types.Type, better func(a, b T) bool) *foldAcc[T] {
	return &foldAcc[T]{out: out, loop: func(state []T, seen []bool, vals []T, groups []uint32) {
		for i, v := range vals {
			if g := groups[i]; !seen[g] || better(v, state[g]) {
				state[g], seen[g] = v, true
			}
		}
	}}
}
