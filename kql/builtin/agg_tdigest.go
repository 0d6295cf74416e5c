package builtin

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// digestForm is the number that a digest begins with: [[7],[values],[weights]],
// as the documentation of tdigest() shows it.
const digestForm = 7

func digestAggregates() []function.Aggregate {
	u, d, l := types.Unknown, types.Dynamic, types.Long
	merged := func(name, doc string) function.Aggregate {
		return function.Aggregate{
			Doc: doc,
			Overloads: []function.AggregateOverload{
				{Sig: name + "(tdigest: array): dynamic", In: []types.Type{d}, New: newDigestMerge},
			},
			Examples:   []string{`dynamic([[7],[1],[2]]), dynamic([[7],[1,3],[1,1]]) | ` + name + `(x) -> [[7],[1,3],[3,1]]`},
			ResultName: function.NamePrefix,
			Prefix:     "merge_tdigests",
		}
	}
	return []function.Aggregate{
		{
			Doc: "Returns a digest of the group's values, from which percentiles can be taken later.",
			Overloads: []function.AggregateOverload{
				{Sig: "tdigest(expr: int|long|real|decimal|datetime|timespan, weight?: int|long): dynamic", In: []types.Type{u, l}, New: newDigest, AnyOrder: true},
			},
			Examples:   []string{`1, 3, 1, 1 | tdigest(x) -> [[7],[1,3],[3,1]]`},
			ResultName: function.NamePrefix,
		},
		merged("tdigest_merge", "Joins digests into one."),
		merged("merge_tdigest", "Joins digests into one, as tdigest_merge() does."),
	}
}

func newDigest(c *function.AggregateCall) (function.Accumulator, error) {
	switch c.Args[0] {
	case types.Real:
		return &digestAcc[float64]{q: newNumberLog[float64](), put: (*dynamic.ArrayBuilder).AppendReal}, nil
	case types.Decimal:
		return &digestAcc[types.Decimal128]{q: newQuantileLog(types.CompareDecimal), put: (*dynamic.ArrayBuilder).AppendDecimal}, nil
	default:
		return &digestAcc[int64]{q: newNumberLog[int64](), put: putLong(c.Args[0])}, nil
	}
}

type digestAcc[T column.Value] struct {
	q   *quantileLog[T]
	put func(*dynamic.ArrayBuilder, T)
}

func (a *digestAcc[T]) Update(args []column.Column, groups []uint32, total int) error {
	if len(args) > 1 {
		w := column.ViewOf[int64](args[1])
		a.q.update(args[0], &w, groups, total)
	} else {
		a.q.update(args[0], nil, groups, total)
	}
	return nil
}

func (a *digestAcc[T]) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*digestAcc[T]](from)
	if err != nil {
		return err
	}
	a.q.merge(f.q, groups, total)
	return nil
}

func (a *digestAcc[T]) Result(total int) (column.Column, error) {
	a.q.grow(total)
	return digestColumn(a.q, total, a.put), nil
}

func (a *digestAcc[T]) Size() int64 { return a.q.size() }

// digestColumn writes one digest per group; null for groups without values.
func digestColumn[T column.Value](q *quantileLog[T], total int, put func(*dynamic.ArrayBuilder, T)) column.Column {
	out := make([]dynamic.Value, total)
	var vb, wb dynamic.ArrayBuilder
	q.sorted(total, func(g int, vals []T, weights []int64) {
		if len(vals) == 0 {
			return
		}
		vals, weights = joinEqual(vals, weights, q.compare)
		write := func(v T, w int64) {
			put(&vb, v)
			wb.AppendLong(w)
		}
		if len(vals) >= thinFrom {
			thinGroup(vals, weights, write)
		} else {
			for i, v := range vals {
				write(v, weights[i])
			}
		}
		out[g] = digestValue(vb.Value(), wb.Value())
	})
	return column.NewVec(types.Dynamic, out, nil)
}

// joinEqual joins neighbours of the same value, in place.
func joinEqual[T any](vals []T, weights []int64, compare func(a, b T) int) ([]T, []int64) {
	n := 0
	for i, v := range vals {
		if n > 0 && compare(vals[n-1], v) == 0 {
			weights[n-1] += weights[i]
			continue
		}
		vals[n], weights[n] = v, weights[i]
		n++
	}
	return vals[:n], weights[:n]
}

func digestValue(vals, weights dynamic.Value) dynamic.Value {
	var b dynamic.ArrayBuilder
	b.AppendLong(digestForm)
	form := b.Value()
	b.Append(form)
	b.Append(vals)
	b.Append(weights)
	return b.Value()
}

// readDigest returns what a digest holds; !ok if v is none.
func readDigest(v dynamic.Value) (vals []dynamic.Value, weights []int64, ok bool) {
	form, _ := v.Index(0).Index(0).AsLong()
	vs, ws := v.Index(1), v.Index(2)
	if v.Len() != 3 || form != digestForm || vs.Len() == 0 || vs.Len() != ws.Len() {
		return nil, nil, false
	}
	for i, w := range ws.Elements() {
		n, ok := w.AsLong()
		if !ok || n < 1 {
			return nil, nil, false
		}
		vals, weights = append(vals, vs.Index(i)), append(weights, n)
	}
	return vals, weights, true
}

// joinDigests returns the digest of all that the digests hold; null if one of
// them is none.
func joinDigests(digests []dynamic.Value) dynamic.Value {
	q := newQuantileLog(dynamic.Compare)
	q.grow(1)
	for _, d := range digests {
		vals, weights, ok := readDigest(d)
		if !ok {
			return dynamic.Value{}
		}
		for i, v := range vals {
			q.add(v, weights[i], 0)
		}
	}
	c := digestColumn(q, 1, (*dynamic.ArrayBuilder).Append)
	return column.FlatVec[dynamic.Value](c).Vals[0]
}

func newDigestMerge(*function.AggregateCall) (function.Accumulator, error) {
	return &digestMergeAcc{q: newQuantileLog(dynamic.Compare)}, nil
}

// digestMergeAcc is tdigest_merge. Values that are no digests are left out.
type digestMergeAcc struct {
	q *quantileLog[dynamic.Value]
}

func (a *digestMergeAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.q.grow(total)
	v := column.ViewOf[dynamic.Value](args[0])
	for i, g := range groups {
		vals, weights, ok := readDigest(v.At(i))
		if !ok {
			continue
		}
		for j, x := range vals {
			a.q.add(x, weights[j], g)
		}
	}
	if len(a.q.log.vals) > a.q.most {
		a.q.thin()
	}
	return nil
}

func (a *digestMergeAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*digestMergeAcc](from)
	if err != nil {
		return err
	}
	a.q.merge(f.q, groups, total)
	return nil
}

func (a *digestMergeAcc) Result(total int) (column.Column, error) {
	a.q.grow(total)
	return digestColumn(a.q, total, (*dynamic.ArrayBuilder).Append), nil
}

func (a *digestMergeAcc) Size() int64 { return a.q.size() }

// digestPercentile is percentile_tdigest.
func digestPercentile(d dynamic.Value, p float64) (dynamic.Value, bool) {
	vals, weights, ok := readDigest(d)
	if !ok || !(p >= 0 && p <= 100) {
		return dynamic.Value{}, false
	}
	return nearestRank(vals, weights, p), true
}

// digestRank returns how many of the values that d holds are at most x, and how
// many it holds.
func digestRank(d, x dynamic.Value) (rank, total int64, ok bool) {
	vals, weights, ok := readDigest(d)
	if !ok {
		return 0, 0, false
	}
	at, found := slices.BinarySearchFunc(vals, x, compareNumbers)
	if found {
		at++
	}
	for i, w := range weights {
		if i < at {
			rank += w
		}
		total += w
	}
	return rank, total, true
}

// compareNumbers orders numbers by value, whatever their kinds.
func compareNumbers(a, b dynamic.Value) int {
	x, okX := a.ToReal()
	y, okY := b.ToReal()
	if okX && okY && x == y {
		return 0
	}
	return dynamic.Compare(a, b)
}
