package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func covarianceAggregates() []function.Aggregate {
	r, b := types.Real, types.Bool
	return []function.Aggregate{
		{
			Doc: "Returns the covariance of two expressions as a sample; rows where either is null are left out.",
			Overloads: []function.AggregateOverload{
				{Sig: "covariance(expr1: number, expr2: number): real", In: []types.Type{r, r}, New: newCovariance(false)},
			},
			Examples:   []string{`1, 2, 3 | covariance(x, 2 * x) -> 2`},
			Analyzer:   []string{"covariance(expr1: summable|datetime, expr2: summable|datetime): real"},
			ResultName: function.NamePrefixTwo,
		},
		{
			Doc: "Returns the covariance of two expressions as a population.",
			Overloads: []function.AggregateOverload{
				{Sig: "covariancep(expr1: number, expr2: number): real", In: []types.Type{r, r}, New: newCovariance(true)},
			},
			Examples:   []string{`1, 3 | covariancep(x, 2 * x) -> 2`},
			Analyzer:   []string{"covariancep(expr1: summable|datetime, expr2: summable|datetime): real"},
			ResultName: function.NamePrefixTwo,
		},
		{
			Doc: "Returns the sample covariance over the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "covarianceif(expr1: number, expr2: number, predicate: bool): real", In: []types.Type{r, r, b}, New: onlyIf(2, newCovariance(false))},
			},
			Examples:   []string{`1, 2, 3, 9 | covarianceif(x, 2 * x, x < 9) -> 2`},
			Analyzer:   []string{"covarianceif(expr1: summable|datetime, expr2: summable|datetime, predicate: bool): real"},
			ResultName: function.NamePrefixTwo,
		},
		{
			Doc: "Returns the population covariance over the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "covariancepif(expr1: number, expr2: number, predicate: bool): real", In: []types.Type{r, r, b}, New: onlyIf(2, newCovariance(true))},
			},
			Examples:   []string{`1, 3, 9 | covariancepif(x, 2 * x, x < 9) -> 2`},
			Analyzer:   []string{"covariancepif(expr1: summable|datetime, expr2: summable|datetime, predicate: bool): real"},
			ResultName: function.NamePrefixTwo,
		},
	}
}

func newCovariance(population bool) newAccumulator {
	return func(*function.AggregateCall) (function.Accumulator, error) {
		return &covarianceAcc{population: population}, nil
	}
}

// comoments is the running form of a covariance: means, and the sum of the
// products of the distances from them.
type comoments struct{ n, x, y, c float64 }

type covarianceAcc struct {
	groups     []comoments
	population bool
}

func (a *covarianceAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.groups = grown(a.groups, total)
	vx, vy := column.ViewOf[float64](args[0]), column.ViewOf[float64](args[1])
	for i, g := range groups {
		if vx.Null(i) || vy.Null(i) {
			continue
		}
		m := &a.groups[g]
		m.n++
		dx := vx.At(i) - m.x
		m.x += dx / m.n
		m.y += (vy.At(i) - m.y) / m.n
		m.c += dx * (vy.At(i) - m.y)
	}
	return nil
}

func (a *covarianceAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*covarianceAcc](from)
	if err != nil {
		return err
	}
	a.groups, f.groups = grown(a.groups, total), grown(f.groups, len(groups))
	for i, g := range groups {
		a.groups[g].merge(f.groups[i])
	}
	return nil
}

func (m *comoments) merge(o comoments) {
	n := m.n + o.n
	if n == 0 {
		return
	}
	dx, dy := o.x-m.x, o.y-m.y
	m.c += o.c + dx*dy*m.n*o.n/n
	m.x += dx * o.n / n
	m.y += dy * o.n / n
	m.n = n
}

func (a *covarianceAcc) Result(total int) (column.Column, error) {
	a.groups = grown(a.groups, total)
	out := make([]float64, total)
	for g, m := range a.groups[:total] {
		out[g] = spread(m.c, m.n, a.population)
	}
	return column.NewVec(types.Real, out, nil), nil
}

func (a *covarianceAcc) Size() int64 { return sizeOf(a.groups) }
