package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// varianceForm is one aggregate of the family.
type varianceForm struct {
	name, doc, example string
	population, root   bool
}

func varianceAggregates() []function.Aggregate {
	forms := []varianceForm{
		{"variance", "Returns the variance of the group as a sample; 0 for fewer than two values.", `1, 2, 3, 4, 5 | variance(x) -> 2.5`, false, false},
		{"variancep", "Returns the variance of the group as a population.", `1, 2, 3, 4, 5 | variancep(x) -> 2`, true, false},
		{"stdev", "Returns the standard deviation of the group as a sample; 0 for fewer than two values.", `1, 2, 3 | stdev(x) -> 1`, false, true},
		{"stdevp", "Returns the standard deviation of the group as a population.", `1, 3 | stdevp(x) -> 1`, true, true},
		{"varianceif", "Returns the sample variance of the rows where the predicate is true.", `1, 2, 3, 9 | varianceif(x, x < 9) -> 1`, false, false},
		{"variancepif", "Returns the population variance of the rows where the predicate is true.", `1, 3, 9 | variancepif(x, x < 9) -> 1`, true, false},
		{"stdevif", "Returns the sample standard deviation of the rows where the predicate is true.", `1, 2, 3, 9 | stdevif(x, x < 9) -> 1`, false, true},
		{"stdevpif", "Returns the population standard deviation of the rows where the predicate is true.", `1, 3, 9 | stdevpif(x, x < 9) -> 1`, true, true},
	}
	out := make([]function.Aggregate, len(forms))
	for i, f := range forms {
		out[i] = f.aggregate(i >= 4)
	}
	return out
}

func (f varianceForm) aggregate(predicate bool) function.Aggregate {
	newState := func(*function.AggregateCall) (function.Accumulator, error) {
		return &varianceAcc{population: f.population, root: f.root}, nil
	}
	overload := func(accepts string, t types.Type) function.AggregateOverload {
		if predicate {
			return function.AggregateOverload{Sig: f.name + "(expr: " + accepts + ", predicate: bool): real", In: []types.Type{t, types.Bool}, New: onlyIf(1, newState)}
		}
		return function.AggregateOverload{Sig: f.name + "(expr: " + accepts + "): real", In: []types.Type{t}, New: newState}
	}
	theirs := f.name + "(expr: summable|datetime): real"
	if predicate {
		theirs = f.name + "(expr: summable|datetime, predicate: bool): real"
	}
	return function.Aggregate{
		Doc:        f.doc,
		Overloads:  []function.AggregateOverload{overload("number", types.Real), overload("timespan", types.TimeSpan)},
		Examples:   []string{f.example},
		Analyzer:   []string{theirs},
		ResultName: function.NamePrefix,
	}
}

// moments is Welford's running mean and sum of squared distances from it.
type moments struct{ n, mean, m2 float64 }

func (m *moments) add(x float64) {
	m.n++
	d := x - m.mean
	m.mean += d / m.n
	m.m2 += d * (x - m.mean)
}

// merge adds the values of o (Chan, Golub and LeVeque).
func (m *moments) merge(o moments) {
	n := m.n + o.n
	if n == 0 {
		return
	}
	d := o.mean - m.mean
	m.mean += d * o.n / n
	m.m2 += o.m2 + d*d*m.n*o.n/n
	m.n = n
}

type varianceAcc struct {
	groups           []moments
	population, root bool
	reals            present[float64]
	ticks            present[int64]
}

func (a *varianceAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.groups = grown(a.groups, total)
	if args[0].Type() == types.TimeSpan {
		vals, gs := a.ticks.of(args[0], groups)
		for i, v := range vals {
			a.groups[gs[i]].add(float64(v))
		}
		return nil
	}
	vals, gs := a.reals.of(args[0], groups)
	for i, v := range vals {
		a.groups[gs[i]].add(v)
	}
	return nil
}

func (a *varianceAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*varianceAcc](from)
	if err != nil {
		return err
	}
	a.groups, f.groups = grown(a.groups, total), grown(f.groups, len(groups))
	for i, g := range groups {
		a.groups[g].merge(f.groups[i])
	}
	return nil
}

func (a *varianceAcc) Result(total int) (column.Column, error) {
	a.groups = grown(a.groups, total)
	out := make([]float64, total)
	for g, m := range a.groups[:total] {
		out[g] = tenDecimals(spread(m.m2, m.n, a.population))
		if a.root {
			out[g] = math.Sqrt(out[g])
		}
	}
	return column.NewVec(types.Real, out, nil), nil
}

// tenDecimals rounds a variance as the engine does, which takes the deviation from
// what is rounded: recorded for 1, 2, 3, 4 are 1.6666666667 and its root.
func tenDecimals(v float64) float64 {
	const scale = 1e10
	if !(v < 1<<53/scale) { // no decimals beyond, or none at all
		return v
	}
	return math.Round(v*scale) / scale
}

func (a *varianceAcc) Size() int64 { return sizeOf(a.groups) }

// spread divides a sum of squares by the degrees of freedom; 0 where there are
// none.
func spread(m2, n float64, population bool) float64 {
	if !population {
		n--
	}
	if n <= 0 {
		return 0
	}
	return m2 / n
}
