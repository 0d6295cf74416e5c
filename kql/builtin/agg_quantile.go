package builtin

import (
	"cmp"
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// A quantileLog keeps the values of all groups for percentiles: every value,
// while there are few, so that answers are exact; beyond that, groups that are
// large are thinned out, as a t-digest does: values near a group's ends stay,
// towards the middle one value stands for its neighbours.
type quantileLog[T column.Value] struct {
	log     valueLog[T]
	weights []int64 // by entry; nil while all are 1
	compare func(a, b T) int
	sort    func([]T) // by compare
	most    int       // entries that bring about the next thinning
}

const (
	// quantileEntries is how many values a log keeps before it thins out.
	quantileEntries = 4 << 20
	// thinBlocks bounds the rank error: one entry in the middle of a group
	// stands for at most 1/thinBlocks of it.
	thinBlocks = 400
	// thinFrom is the size from which thinning a group pays.
	thinFrom = 8192
)

func newQuantileLog[T column.Value](compare func(a, b T) int) *quantileLog[T] {
	return &quantileLog[T]{compare: compare, most: quantileEntries, sort: func(vals []T) { slices.SortFunc(vals, compare) }}
}

// newNumberLog is newQuantileLog for numbers that Go itself orders, which it
// sorts faster.
func newNumberLog[T int64 | float64]() *quantileLog[T] {
	q := newQuantileLog(cmp.Compare[T])
	q.sort = slices.Sort[[]T]
	return q
}

func (q *quantileLog[T]) grow(total int) { q.log.counts = grown(q.log.counts, total) }

func (q *quantileLog[T]) add(v T, weight int64, g uint32) {
	if weight != 1 && q.weights == nil {
		q.weigh()
	}
	q.log.add(v, g)
	if q.weights != nil {
		q.weights = append(q.weights, weight)
	}
}

// weigh gives every entry its weight, 1 so far.
func (q *quantileLog[T]) weigh() {
	q.weights = make([]int64, len(q.log.vals), cap(q.log.vals))
	for i := range q.weights {
		q.weights[i] = 1
	}
}

// update folds in a batch. weights may be nil.
func (q *quantileLog[T]) update(c column.Column, weights *column.View[int64], groups []uint32, total int) {
	q.grow(total)
	v := column.ViewOf[T](c)
	for i, g := range groups {
		if v.Null(i) {
			continue
		}
		w := int64(1)
		if weights != nil {
			if weights.Null(i) || weights.At(i) <= 0 {
				continue
			}
			w = weights.At(i)
		}
		q.add(v.At(i), w, g)
	}
	if len(q.log.vals) > q.most {
		q.thin()
	}
}

func (q *quantileLog[T]) merge(f *quantileLog[T], groups []uint32, total int) {
	q.grow(total)
	for e, v := range f.log.vals {
		q.add(v, f.weight(e), groups[f.log.groups[e]])
	}
	if len(q.log.vals) > q.most {
		q.thin()
	}
}

func (q *quantileLog[T]) weight(e int) int64 {
	if q.weights == nil {
		return 1
	}
	return q.weights[e]
}

// sorted calls f for each group with its values in order and their weights. The
// slices are valid during the call only.
func (q *quantileLog[T]) sorted(total int, f func(g int, vals []T, weights []int64)) {
	order, ends := q.log.byGroup(total)
	var vals []T
	var weights []int64
	from := uint32(0)
	for g := range total {
		part := order[from:ends[g]]
		from = ends[g]
		vals, weights = vals[:0], weights[:0]
		if q.weights != nil {
			slices.SortFunc(part, func(i, j uint32) int { return q.compare(q.log.vals[i], q.log.vals[j]) })
		}
		for _, e := range part {
			vals, weights = append(vals, q.log.vals[e]), append(weights, q.weight(int(e)))
		}
		if q.weights == nil {
			q.sort(vals)
		}
		f(g, vals, weights)
	}
}

// thin replaces large groups by fewer, weighted values.
func (q *quantileLog[T]) thin() {
	total := len(q.log.counts)
	small := newQuantileLog(q.compare)
	small.sort = q.sort
	small.grow(total)
	q.sorted(total, func(g int, vals []T, weights []int64) {
		if len(vals) < thinFrom {
			for i, v := range vals {
				small.add(v, weights[i], uint32(g))
			}
			return
		}
		thinGroup(vals, weights, func(v T, w int64) { small.add(v, w, uint32(g)) })
	})
	small.most = max(quantileEntries, 2*len(small.log.vals))
	*q = *small
}

// thinGroup calls put with fewer values that stand for vals, which are sorted:
// each for a run of neighbours, the shorter the nearer it is to an end.
func thinGroup[T any](vals []T, weights []int64, put func(v T, w int64)) {
	total := int64(0)
	for _, w := range weights {
		total += w
	}
	before := int64(0) // weight of the runs put
	for i := 0; i < len(vals); {
		at := float64(before) / float64(total)
		room := int64(max(1, 4*float64(total)*at*(1-at)/thinBlocks))
		run, j := weights[i], i+1
		for j < len(vals) && run+weights[j] <= room {
			run += weights[j]
			j++
		}
		put(vals[i+(j-i)/2], run)
		before += run
		i = j
	}
}

func (q *quantileLog[T]) size() int64 { return q.log.size() + sizeOf(q.weights) }

// nearestRank returns the value at percentile p of sorted values.
//
// Source: the Kusto documentation, "percentile()": nearest rank.
func nearestRank[T any](vals []T, weights []int64, p float64) T {
	total := int64(0)
	for _, w := range weights {
		total += w
	}
	rank := int64(math.Ceil(p * float64(total) / 100))
	for i, w := range weights {
		if rank -= w; rank <= 0 {
			return vals[i]
		}
	}
	return vals[len(vals)-1]
}

// wordKind returns the kind of an element of type t, an int64 in memory.
func wordKind(t types.Type) dynamic.Kind {
	switch t {
	case types.DateTime:
		return dynamic.DateTime
	case types.TimeSpan:
		return dynamic.TimeSpan
	default:
		return dynamic.Long
	}
}

// putLong returns how a value of type t, an int64 in memory, goes into an array.
func putLong(t types.Type) func(*dynamic.ArrayBuilder, int64) {
	switch t {
	case types.DateTime:
		return (*dynamic.ArrayBuilder).AppendDateTime
	case types.TimeSpan:
		return (*dynamic.ArrayBuilder).AppendTimeSpan
	default:
		return (*dynamic.ArrayBuilder).AppendLong
	}
}
