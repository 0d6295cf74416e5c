package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func sumAggregates() []function.Aggregate {
	return []function.Aggregate{
		{
			Doc: "Adds the values of the group; nulls are left out, no rows give 0.",
			Overloads: []function.AggregateOverload{
				{Sig: "sum(expr: int|long): long", In: []types.Type{types.Long}, New: newSum, AnyOrder: true},
				{Sig: "sum(expr: real): real", In: []types.Type{types.Real}, New: newSum},
				{Sig: "sum(expr: decimal): decimal", In: []types.Type{types.Decimal}, New: newSum},
				{Sig: "sum(expr: timespan): timespan", In: []types.Type{types.TimeSpan}, New: newSum, AnyOrder: true},
			},
			Examples:   []string{`1, 2, 3 | sum(x) -> 6`, `1.5, real(null) | sum(x) -> 1.5`, `1h, 30m | sum(x) -> 01:30:00`},
			Analyzer:   []string{"sum(expr: int|long): long", "sum(expr: T real|decimal|timespan|datetime): T"},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Adds the values of the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "sumif(expr: int|long, predicate: bool): long", In: []types.Type{types.Long, types.Bool}, New: onlyIf(1, newSum), AnyOrder: true},
				{Sig: "sumif(expr: real, predicate: bool): real", In: []types.Type{types.Real, types.Bool}, New: onlyIf(1, newSum)},
				{Sig: "sumif(expr: decimal, predicate: bool): decimal", In: []types.Type{types.Decimal, types.Bool}, New: onlyIf(1, newSum)},
				{Sig: "sumif(expr: timespan, predicate: bool): timespan", In: []types.Type{types.TimeSpan, types.Bool}, New: onlyIf(1, newSum), AnyOrder: true},
			},
			Examples:   []string{`1, 2, 3 | sumif(x, x > 1) -> 5`},
			Analyzer:   []string{"sumif(expr: int|long, predicate: bool): long", "sumif(expr: T real|decimal|timespan|datetime, predicate: bool): T"},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Averages the values of the group; nulls are left out, no rows give NaN, or null for types that have none.",
			Overloads: []function.AggregateOverload{
				{Sig: "avg(expr: int|long): real", In: []types.Type{types.Long}, New: newAvg, AnyOrder: true},
				{Sig: "avg(expr: real): real", In: []types.Type{types.Real}, New: newAvg},
				{Sig: "avg(expr: decimal): decimal", In: []types.Type{types.Decimal}, New: newAvg},
				{Sig: "avg(expr: timespan): timespan", In: []types.Type{types.TimeSpan}, New: newAvg, AnyOrder: true},
				{Sig: "avg(expr: datetime): datetime", In: []types.Type{types.DateTime}, New: newAvg, AnyOrder: true},
			},
			Examples:   []string{`1, 2 | avg(x) -> 1.5`, `1h, 3h | avg(x) -> 02:00:00`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Averages the values of the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "avgif(expr: int|long, predicate: bool): real", In: []types.Type{types.Long, types.Bool}, New: onlyIf(1, newAvg), AnyOrder: true},
				{Sig: "avgif(expr: real, predicate: bool): real", In: []types.Type{types.Real, types.Bool}, New: onlyIf(1, newAvg)},
				{Sig: "avgif(expr: decimal, predicate: bool): decimal", In: []types.Type{types.Decimal, types.Bool}, New: onlyIf(1, newAvg)},
				{Sig: "avgif(expr: timespan, predicate: bool): timespan", In: []types.Type{types.TimeSpan, types.Bool}, New: onlyIf(1, newAvg), AnyOrder: true},
				{Sig: "avgif(expr: datetime, predicate: bool): datetime", In: []types.Type{types.DateTime, types.Bool}, New: onlyIf(1, newAvg), AnyOrder: true},
			},
			Examples:   []string{`1, 2, 3 | avgif(x, x > 1) -> 2.5`},
			ResultName: function.NamePrefix,
		},
	}
}

func newSum(c *function.AggregateCall) (function.Accumulator, error) {
	switch c.Out {
	case types.Real:
		return &foldAcc[float64]{out: c.Out, empty: true, loop: addAll[float64]}, nil
	case types.Decimal:
		return &foldAcc[types.Decimal128]{out: c.Out, empty: true, loop: addDecimals}, nil
	default:
		return &foldAcc[int64]{out: c.Out, empty: true, loop: addLongs}, nil
	}
}

// addLongs is addAll for longs, which may be added in any order. Where there are
// few groups, one row after the other is often of the same, and each addition would
// wait for the one before it: so four sums are kept of each group.
func addLongs(state []int64, seen []bool, vals []int64, groups []uint32) {
	const few, enough = 32, 1024
	if len(state) == 1 || len(state) > few || len(vals) < enough {
		addAll(state, seen, vals, groups)
		return
	}
	var sums [4][few]int64
	i := 0
	for ; i+4 <= len(vals); i += 4 {
		v, g := vals[i:i+4:i+4], groups[i:i+4:i+4]
		sums[0][g[0]%few] += v[0]
		sums[1][g[1]%few] += v[1]
		sums[2][g[2]%few] += v[2]
		sums[3][g[3]%few] += v[3]
	}
	addAll(state, seen, vals[i:], groups[i:])
	for g := range state {
		state[g] += sums[0][g] + sums[1][g] + sums[2][g] + sums[3][g]
	}
}

// addAll adds; a long that overflows wraps around, as Kusto's does.
func addAll[T int64 | float64](state []T, _ []bool, vals []T, groups []uint32) {
	if len(state) == 1 {
		s := state[0]
		for _, v := range vals {
			s += v
		}
		state[0] = s
		return
	}
	for len(vals) >= runLength {
		if g, ok := oneGroup(groups); ok {
			s := state[g]
			for _, v := range vals[:runLength] {
				s += v
			}
			state[g] = s
		} else {
			for i, v := range vals[:runLength] {
				state[groups[i]] += v
			}
		}
		vals, groups = vals[runLength:], groups[runLength:]
	}
	for i, v := range vals {
		state[groups[i]] += v
	}
}

func addDecimals(state []types.Decimal128, _ []bool, vals []types.Decimal128, groups []uint32) {
	for i, v := range vals {
		g := groups[i]
		state[g] = state[g].Add(v)
	}
}

func newAvg(c *function.AggregateCall) (function.Accumulator, error) {
	switch {
	case c.Out == types.Decimal:
		return &avgAcc[types.Decimal128, types.Decimal128]{out: c.Out, add: addDecimals, div: func(s types.Decimal128, n int64) (types.Decimal128, bool) {
			return types.DecimalQuo(s, decimalOf(n))
		}}, nil
	case c.Out != types.Real:
		return &avgAcc[int64, int64]{out: c.Out, add: addLongs, div: func(s, n int64) (int64, bool) {
			if n == 0 {
				return 0, false
			}
			return s / n, true
		}}, nil
	case c.Args[0] == types.Real || c.Args[0] == types.Decimal:
		return &avgAcc[float64, float64]{out: c.Out, add: addAll[float64], div: func(s float64, n int64) (float64, bool) { return realQuo(s, n), true }}, nil
	default:
		return &avgAcc[int64, float64]{out: c.Out, add: addLongs, div: func(s, n int64) (float64, bool) { return realQuo(float64(s), n), true }}, nil
	}
}

func realQuo(s float64, n int64) float64 {
	if n == 0 {
		return math.NaN()
	}
	return s / float64(n)
}

func decimalOf(n int64) types.Decimal128 {
	d, _ := types.DecimalFromReal(float64(n)) // counts are far below 2^53
	return d
}

// avgAcc sums in T and divides into R. The sum of longs wraps around, as
// Kusto's does.
type avgAcc[T, R column.Value] struct {
	out    types.Type
	sums   []T
	counts []int64
	add    func(state []T, seen []bool, vals []T, groups []uint32)
	div    func(sum T, n int64) (R, bool)
	in     present[T]
}

func (a *avgAcc[T, R]) grow(total int) {
	a.sums, a.counts = grown(a.sums, total), grown(a.counts, total)
}

func (a *avgAcc[T, R]) Update(args []column.Column, groups []uint32, total int) error {
	a.grow(total)
	vals, groups := a.in.of(args[0], groups)
	a.add(a.sums, nil, vals, groups)
	countByGroup(a.counts, groups)
	return nil
}

func (a *avgAcc[T, R]) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*avgAcc[T, R]](from)
	if err != nil {
		return err
	}
	a.grow(total)
	f.grow(len(groups))
	a.add(a.sums, nil, f.sums[:len(groups)], groups)
	for i, g := range groups {
		a.counts[g] += f.counts[i]
	}
	return nil
}

func (a *avgAcc[T, R]) Result(total int) (column.Column, error) {
	a.grow(total)
	b := column.NewTypedBuilder[R](a.out, total)
	for i, s := range a.sums[:total] {
		if r, ok := a.div(s, a.counts[i]); ok {
			b.Append(r)
		} else {
			b.AppendNull()
		}
	}
	return b.Finish(), nil
}

func (a *avgAcc[T, R]) Size() int64 { return sizeOf(a.sums) + sizeOf(a.counts) }
