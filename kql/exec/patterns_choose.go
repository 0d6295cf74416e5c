package exec

import (
	"context"
	"math"
	"slices"
)

// leastCluster is the share of the rows that a pattern of autocluster has at
// least.
const leastCluster = 0.05

// alike is the share of a pattern's rows from which on a pattern that has been
// chosen says the same of them.
const alike = 0.95

// clusters looks for the patterns of autocluster: beginning with the items of a
// tuple, it takes items away, or puts one back, as long as the score gets better.
//
// Source: the Kusto documentation, "autocluster plugin"; it names the score, a
// geometric mean, and the search from seeds. The heaviest tuples are the seeds.
func (s *patternSearch) clusters(ctx context.Context, t *itemTable) ([]pattern, error) {
	seeds := make([]int, t.tuples)
	for i := range seeds {
		seeds[i] = i
	}
	slices.SortStableFunc(seeds, func(a, b int) int { return compareReal(t.weight[0][b], t.weight[0][a]) })
	var best []pattern
	for _, seed := range seeds[:min(len(seeds), int(s.seeds))] {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p := s.climb(t, seed)
		same := func(o pattern) bool { return slices.Equal(o.items, p.items) }
		if p.size() > 0 && t.share(&p, 0) >= leastCluster && !slices.ContainsFunc(best, same) {
			best = append(best, p)
		}
	}
	slices.SortStableFunc(best, func(a, b pattern) int { return compareReal(s.score(t, &b), s.score(t, &a)) })
	return t.distinct(best, func(*pattern) int { return 0 }), nil
}

// score is how good a pattern is: the weighted geometric mean of its share of the
// rows and of its share of the columns.
func (s *patternSearch) score(t *itemTable, p *pattern) float64 {
	return math.Pow(t.share(p, 0), s.sizeWeight) * math.Pow(float64(p.size())/float64(len(t.columns)), 1-s.sizeWeight)
}

// climb returns the pattern of a tuple's items whose score no single item that is
// added or removed makes better.
func (s *patternSearch) climb(t *itemTable, seed int) pattern {
	p := pattern{items: make([]uint32, len(t.columns))}
	for c := range t.columns {
		p.items[c] = t.columns[c].items[seed]
	}
	t.weigh(&p)
	for p.size() > 0 {
		best := p
		for c, weight := range t.neighbours(&p, seed) {
			next := pattern{items: slices.Clone(p.items), weight: [2]float64{weight}}
			if next.items[c] == none {
				next.items[c] = t.columns[c].items[seed]
			} else {
				next.items[c] = none
			}
			if next.size() > 0 && s.score(t, &next) > s.score(t, &best)*(1+1e-12) {
				best = next
			}
		}
		if slices.Equal(best.items, p.items) {
			break
		}
		p = best
	}
	return p
}

// neighbours returns, for each column, the weight of the pattern without p's item
// there or, where p has none, with that of the seed.
func (t *itemTable) neighbours(p *pattern, seed int) []float64 {
	out := make([]float64, len(t.columns))
	for i := range t.tuples {
		differs, many := -1, false
		for c, x := range p.items {
			if x != none && x != t.columns[c].items[i] {
				many = differs >= 0
				differs = c
			}
			if many {
				break
			}
		}
		w := t.weight[0][i]
		switch {
		case many:
		case differs >= 0:
			out[differs] += w
		default:
			for c, x := range p.items {
				if x != none || t.columns[c].items[i] == t.columns[c].items[seed] {
					out[c] += w
				}
			}
		}
	}
	return out
}

// differences looks for the patterns of diffpatterns. Of the closed patterns of
// either set those come first whose shares differ most; one that is part of
// another, or has nearly the same rows, is left out.
//
// Source: the Kusto documentation, "diffpatterns plugin".
func (s *patternSearch) differences(ctx context.Context, t *itemTable, l *lease) ([]pattern, error) {
	work := int64(math.MaxInt64)
	if math.IsInf(s.maxDims, 1) {
		work = diffWork
	}
	var all []pattern
	for side := range 2 {
		found, err := t.closed(ctx, l, side, s.threshold*t.total[side], s.depth(), work)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if t.share(&p, side)-t.share(&p, 1-side) >= s.threshold {
				all = append(all, p)
			}
		}
	}
	diff := func(p *pattern) float64 { return math.Abs(t.share(p, 0) - t.share(p, 1)) }
	slices.SortStableFunc(all, func(a, b pattern) int {
		if c := compareReal(diff(&b), diff(&a)); c != 0 {
			return c
		}
		return a.size() - b.size()
	})
	return t.distinct(all, func(p *pattern) int {
		if t.share(p, 1) > t.share(p, 0) {
			return 1
		}
		return 0
	}), nil
}

// diffWork bounds how often a search for differences without a limit of
// dimensions looks at a tuple.
const diffWork = 1 << 28

// distinct returns those of the patterns, best first, that none before them says
// as much: they are not comparable, and do not have nearly all their rows in the
// set that side returns.
func (t *itemTable) distinct(best []pattern, side func(*pattern) int) []pattern {
	var out []pattern
	for i := range best {
		p := &best[i]
		said := false
		for j := range out {
			o := &out[j]
			if said = p.within(o) || o.within(p) || side(o) == side(p) && t.both(o, p, side(p)) >= alike*p.weight[side(p)]; said {
				break
			}
		}
		if !said {
			out = append(out, *p)
		}
	}
	return out
}

// both returns the weight in a set of the rows that have both patterns.
func (t *itemTable) both(a, b *pattern, side int) float64 {
	for c, x := range a.items {
		if y := b.items[c]; x != none && y != none && x != y {
			return 0
		}
	}
	sum := 0.0
	for i := range t.tuples {
		if t.weight[side][i] > 0 && t.has(a, i) && t.has(b, i) {
			sum += t.weight[side][i]
		}
	}
	return sum
}
