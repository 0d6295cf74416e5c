package exec

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// buildPatterns reads all rows into a table of items and looks for patterns in it.
//
// Source: the Kusto documentation, "autocluster plugin", "basket plugin" and
// "diffpatterns plugin". Which patterns basket yields, in what order, and how the
// shares are rounded, is what the examples there show: all closed ones, those
// first that have many rows in many columns.
func (q *query) buildPatterns(n *plan.Patterns) (*flow, error) {
	s := &patternSearch{q: q, node: n}
	for _, o := range []struct {
		to     *float64
		option plan.Option
	}{{&s.sizeWeight, n.SizeWeight}, {&s.threshold, n.Threshold}, {&s.seeds, n.Seeds}, {&s.maxDims, n.MaxDimensions}} {
		var err error
		if *o.to, err = q.option(n.Kind.String(), o.option); err != nil {
			return nil, err
		}
	}
	if n.Kind == plan.PatternsCluster {
		s.threshold = leastCluster
	}
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	return q.breakerOver(in, n.Out, q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		l := q.lease("Patterns")
		b, err := s.run(ctx, in, l)
		if err != nil {
			l.release()
			return nil, err
		}
		return &batchReader{schema: n.Out, batches: []*column.Batch{b}, rows: q.BatchRows, release: l.release}, nil
	}), nil
}

// option evaluates an option of an operator.
func (q *query) option(operator string, o plan.Option) (float64, error) {
	if o.Value == nil {
		return o.Default, nil
	}
	c, err := q.constant(o.Value)
	if err != nil {
		return 0, err
	}
	v := column.FlatVec[float64](c)
	if c.Null(0) || !o.Allows(v.Vals[0]) {
		return 0, fmt.Errorf("%s: %s must be %s", operator, o.Name, o.Range())
	}
	return v.Vals[0], nil
}

// A patternSearch is one of the plugins, with its options.
type patternSearch struct {
	q                                     *query
	node                                  *plan.Patterns
	sizeWeight, threshold, seeds, maxDims float64
}

// A pattern has an item or none in each column of an itemTable.
type pattern struct {
	items  []uint32
	weight [2]float64 // of the rows that have it, in the sets A and B
}

// size returns in how many columns p has an item.
func (p *pattern) size() int {
	n := 0
	for _, x := range p.items {
		if x != none {
			n++
		}
	}
	return n
}

// within reports whether all items of p are in o.
func (p *pattern) within(o *pattern) bool {
	for c, x := range p.items {
		if x != none && x != o.items[c] {
			return false
		}
	}
	return true
}

func (s *patternSearch) run(ctx context.Context, in *flow, l *lease) (*column.Batch, error) {
	t, err := s.read(ctx, in, l)
	if err != nil {
		return nil, err
	}
	var found []pattern
	switch s.node.Kind {
	case plan.PatternsCluster:
		found, err = s.clusters(ctx, t)
	case plan.PatternsBasket:
		found, err = t.closed(ctx, l, 0, s.threshold*t.total[0], s.depth(), math.MaxInt64)
	case plan.PatternsDiff:
		found, err = s.differences(ctx, t, l)
	}
	if err != nil {
		return nil, err
	}
	if s.node.Kind != plan.PatternsDiff {
		slices.SortStableFunc(found, func(a, b pattern) int {
			return compareReal(b.weight[0]*float64(b.size()), a.weight[0]*float64(a.size()))
		})
	}
	return s.output(t, found)
}

func (s *patternSearch) depth() int { return int(min(s.maxDims, math.MaxInt32)) }

func compareReal(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// output makes the rows of the patterns.
func (s *patternSearch) output(t *itemTable, found []pattern) (*column.Batch, error) {
	n := len(found)
	cols := s.statistics(t, found)
	from := len(cols)
	for i, w := range s.node.Wildcards {
		typ := s.node.Out.Columns[from+i].Type
		if w == nil {
			cols = append(cols, column.NullConst(typ, n))
			continue
		}
		c, err := s.q.constant(w)
		if err != nil {
			return nil, err
		}
		cols = append(cols, &column.Const{One: c, N: n})
	}
	for d, to := range s.node.To {
		items, err := column.Force(t.columns[d].values)
		if err != nil {
			return nil, err
		}
		b := column.NewBuilder(items.Type(), n)
		for _, p := range found {
			if x := p.items[d]; x != none {
				b.AppendFrom(items, int(x))
			} else {
				b.AppendFrom(cols[from+to], 0)
			}
		}
		if n > 0 {
			cols[from+to] = b.Finish()
		}
	}
	return column.NewBatch(n, cols), nil
}

// statistics returns the columns before those of the input.
func (s *patternSearch) statistics(t *itemTable, found []pattern) []column.Column {
	n := len(found)
	id, count := make([]int64, n), [2][]int64{make([]int64, n), make([]int64, n)}
	percent, diff := [2][]float64{make([]float64, n), make([]float64, n)}, make([]float64, n)
	for i, p := range found {
		id[i] = int64(i)
		var share [2]float64
		for side := range 2 {
			count[side][i] = int64(math.Round(p.weight[side]))
			if t.total[side] > 0 {
				share[side] = 100 * p.weight[side] / t.total[side]
			}
			percent[side][i] = share[side]
			if s.node.Kind == plan.PatternsDiff {
				percent[side][i] = twoDigits(share[side])
			}
		}
		diff[i] = twoDigits(math.Abs(share[0] - share[1]))
	}
	long := func(v []int64) column.Column { return column.NewVec(types.Long, v, nil) }
	real := func(v []float64) column.Column { return column.NewVec(types.Real, v, nil) }
	if s.node.Kind != plan.PatternsDiff {
		return []column.Column{long(id), long(count[0]), real(percent[0])}
	}
	return []column.Column{long(id), long(count[0]), long(count[1]), real(percent[0]), real(percent[1]), real(diff)}
}

func twoDigits(x float64) float64 { return math.Round(x*100) / 100 }
