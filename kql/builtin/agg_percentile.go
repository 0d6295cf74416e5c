package builtin

import (
	"errors"
	"fmt"
	"strings"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// percentileTypes is what percentiles are taken of.
const percentileTypes = "T int|long|real|decimal|datetime|timespan"

// percentileAggregates declares the percentiles. A call of percentiles or
// percentilesw with several percentiles makes several columns: the binder splits
// it into one aggregate each, named percentile_x_95.
func percentileAggregates() []function.Aggregate {
	u, d, l := types.Unknown, types.Dynamic, types.Long
	form := func(doc, example string, overloads ...function.AggregateOverload) function.Aggregate {
		theirs := make([]string, len(overloads))
		for i, o := range overloads { // of any type, and of percentiles that vary
			theirs[i] = strings.NewReplacer(percentileTypes, "T scalar", "const ", "").Replace(o.Sig)
		}
		return function.Aggregate{Doc: doc, Overloads: overloads, Examples: []string{example}, Analyzer: theirs, ResultName: function.NamePrefix}
	}
	named := func(prefix string, a function.Aggregate) function.Aggregate {
		a.Prefix = prefix
		return a
	}
	one, weighted := percentileForm{}, percentileForm{weighted: true}
	array, arrayWeighted := percentileForm{array: true}, percentileForm{array: true, weighted: true}
	expr, exprW := "(expr: "+percentileTypes, "(expr: "+percentileTypes+", weight: int|long"
	return []function.Aggregate{
		form("Returns the value below which a percentage of the group's values lie, by nearest rank.",
			`1, 2, 3, 4 | percentile(x, 50) -> 2`,
			function.AggregateOverload{Sig: "percentile" + expr + ", percentile: const number): T", In: []types.Type{u, u}, New: one.new, AnyOrder: true}),
		named("percentile", form("Returns several percentiles of the group, a column each.",
			`1, 2, 3, 4 | percentiles(x, 50) -> 2`,
			function.AggregateOverload{Sig: "percentiles" + expr + ", percentile...: const number): T", In: []types.Type{u, u}, New: one.new, AnyOrder: true})),
		named("percentile", form("Returns a percentile of values that count as often as their weight says.",
			`1, 2, 3 | percentilew(x, x, 50) -> 2`,
			function.AggregateOverload{Sig: "percentilew" + exprW + ", percentile: const number): T", In: []types.Type{u, l, u}, New: weighted.new, AnyOrder: true})),
		named("percentile", form("Returns several weighted percentiles, a column each.",
			`1, 2, 3 | percentilesw(x, x, 50) -> 2`,
			function.AggregateOverload{Sig: "percentilesw" + exprW + ", percentile...: const number): T", In: []types.Type{u, l, u}, New: weighted.new, AnyOrder: true})),
		named("percentiles", form("Returns several percentiles of the group as one array.",
			`1, 2, 3, 4 | percentiles_array(x, 50, 100) -> [2,4]`,
			function.AggregateOverload{Sig: "percentiles_array" + expr + ", percentile...: const number): dynamic", In: []types.Type{u, u}, New: array.new, AnyOrder: true},
			function.AggregateOverload{Sig: "percentiles_array" + expr + ", percentiles: const array): dynamic", In: []types.Type{u, d}, New: array.new, AnyOrder: true})),
		named("percentiles", form("Returns several weighted percentiles as one array.",
			`1, 2, 3 | percentilesw_array(x, x, 50, 100) -> [2,3]`,
			function.AggregateOverload{Sig: "percentilesw_array" + exprW + ", percentile...: const number): dynamic", In: []types.Type{u, l, u}, New: arrayWeighted.new, AnyOrder: true},
			function.AggregateOverload{Sig: "percentilesw_array" + exprW + ", percentiles: const array): dynamic", In: []types.Type{u, l, d}, New: arrayWeighted.new, AnyOrder: true})),
	}
}

// percentileForm is one aggregate of the family.
type percentileForm struct{ array, weighted bool }

func (f percentileForm) new(c *function.AggregateCall) (function.Accumulator, error) {
	from := 1
	if f.weighted {
		from = 2
	}
	ps, err := constPercentiles(c.Consts[from:])
	if err != nil {
		return nil, err
	}
	if !f.array && len(ps) != 1 {
		return nil, fmt.Errorf("%d percentiles do not fit one column", len(ps))
	}
	switch c.Args[0] {
	case types.Real:
		return &percentileAcc[float64]{form: f, out: c.Out, ps: ps, q: newNumberLog[float64](), put: (*dynamic.ArrayBuilder).AppendReal}, nil
	case types.Decimal:
		return &percentileAcc[types.Decimal128]{form: f, out: c.Out, ps: ps, q: newQuantileLog(types.CompareDecimal), put: (*dynamic.ArrayBuilder).AppendDecimal}, nil
	default:
		return &percentileAcc[int64]{form: f, out: c.Out, ps: ps, q: newNumberLog[int64](), put: putLong(c.Args[0])}, nil
	}
}

var errPercentile = errors.New("a percentile must be a constant number from 0 to 100")

// constPercentiles reads numbers, or one array of numbers.
func constPercentiles(consts []column.Column) ([]float64, error) {
	var out []float64
	for _, c := range consts {
		if c == nil {
			return nil, errPercentile
		}
		v := dynamicAt(c, 0)
		if v.Kind() != dynamic.Array {
			v = arrayOf([]dynamic.Value{v})
		}
		for _, e := range v.Elements() {
			p, ok := numberOf(e)
			if !ok {
				return nil, errPercentile
			}
			out = append(out, p)
		}
	}
	for _, p := range out {
		if !(p >= 0 && p <= 100) {
			return nil, errPercentile
		}
	}
	return out, nil
}

type percentileAcc[T column.Value] struct {
	form percentileForm
	out  types.Type
	ps   []float64
	q    *quantileLog[T]
	put  func(*dynamic.ArrayBuilder, T)
}

func (a *percentileAcc[T]) Update(args []column.Column, groups []uint32, total int) error {
	if a.form.weighted {
		w := column.ViewOf[int64](args[1])
		a.q.update(args[0], &w, groups, total)
	} else {
		a.q.update(args[0], nil, groups, total)
	}
	return nil
}

func (a *percentileAcc[T]) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*percentileAcc[T]](from)
	if err != nil {
		return err
	}
	a.q.merge(f.q, groups, total)
	return nil
}

func (a *percentileAcc[T]) Result(total int) (column.Column, error) {
	a.q.grow(total)
	if a.form.array {
		return a.arrays(total), nil
	}
	b := column.NewTypedBuilder[T](a.out, total)
	a.q.sorted(total, func(_ int, vals []T, weights []int64) {
		if len(vals) == 0 {
			b.AppendNull()
			return
		}
		b.Append(nearestRank(vals, weights, a.ps[0]))
	})
	return b.Finish(), nil
}

func (a *percentileAcc[T]) arrays(total int) column.Column {
	out := make([]dynamic.Value, total)
	var b dynamic.ArrayBuilder
	a.q.sorted(total, func(g int, vals []T, weights []int64) {
		if len(vals) == 0 {
			return
		}
		for _, p := range a.ps {
			a.put(&b, nearestRank(vals, weights, p))
		}
		out[g] = b.Value()
	})
	return column.NewVec(types.Dynamic, out, nil)
}

func (a *percentileAcc[T]) Size() int64 { return a.q.size() }
