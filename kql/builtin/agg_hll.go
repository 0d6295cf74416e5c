package builtin

import (
	"encoding/base64"
	"fmt"
	"slices"

	"github.com/axiomhq/hyperloglog"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// hllForm is the version of our sketches as values: [[version,precision],
// [hashes]] while a sketch is small and exact, [[version,precision],"base64"] of
// the registers beyond. Kusto does not document its own form.
const hllForm = 1

func hllAggregates() []function.Aggregate {
	u, b, d, l := types.Unknown, types.Bool, types.Dynamic, types.Long
	const of = "expr: int|long|decimal|string|datetime|timespan|guid|dynamic"
	return []function.Aggregate{
		{
			Doc: "Returns a sketch of the group's distinct values, from which dcount_hll() counts them.",
			Overloads: []function.AggregateOverload{
				{Sig: "hll(" + of + ", accuracy?: const int|long): dynamic", In: []types.Type{u, l}, New: newHLL},
			},
			Examples:   []string{`1 | hll(x) -> [[1,14],[-7995527694508729151]]`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Returns a sketch of the distinct values of the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "hll_if(" + of + ", predicate: bool, accuracy?: const int|long): dynamic", In: []types.Type{u, b, l}, New: onlyIf(1, newHLL)},
			},
			Examples:   []string{`1, 2 | hll_if(x, x < 2) -> [[1,14],[-7995527694508729151]]`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Joins sketches of distinct values into one.",
			Overloads: []function.AggregateOverload{
				{Sig: "hll_merge(hll: array): dynamic", In: []types.Type{d}, New: newHLLMerge},
			},
			Examples:   []string{`dynamic([[1,14],[5]]), dynamic([[1,14],[6]]) | hll_merge(x) -> [[1,14],[5,6]]`},
			ResultName: function.NamePrefix,
		},
	}
}

func newHLL(c *function.AggregateCall) (function.Accumulator, error) {
	a, err := newDCount(c)
	if err != nil {
		return nil, err
	}
	d, err := mergeable[*dcountAcc](a)
	if err != nil {
		return nil, err
	}
	return &hllAcc{dcountAcc: *d}, nil
}

// hllAcc is dcount, but for the result.
type hllAcc struct{ dcountAcc }

func (a *hllAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*hllAcc](from)
	if err != nil {
		return err
	}
	return a.set.merge(f.set, groups, total)
}

func (a *hllAcc) Result(total int) (column.Column, error) { return a.set.values(total) }

// values returns a sketch value per group; null for groups without values.
func (s *sketchSet) values(total int) (column.Column, error) {
	s.counts = grown(s.counts, total)
	s.fold()
	hashes := make([][]uint64, total)
	for hash, g := range s.table.pairs() {
		if s.sketch(g) == nil {
			hashes[g] = append(hashes[g], hash)
		}
	}
	out := make([]dynamic.Value, total)
	for g := range out {
		if sk := s.sketch(uint32(g)); sk != nil {
			raw, err := sk.MarshalBinary()
			if err != nil {
				return nil, fmt.Errorf("hll: %w", err)
			}
			out[g] = hllValue(s.precision, dynamic.FromString(base64.StdEncoding.EncodeToString(raw)))
		} else if len(hashes[g]) > 0 {
			slices.Sort(hashes[g]) // for the same value whatever the table's size
			var b dynamic.ArrayBuilder
			for _, h := range hashes[g] {
				b.AppendLong(int64(h))
			}
			out[g] = hllValue(s.precision, b.Value())
		}
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

func hllValue(precision uint8, body dynamic.Value) dynamic.Value {
	var b dynamic.ArrayBuilder
	b.AppendLong(hllForm)
	b.AppendLong(int64(precision))
	head := b.Value()
	b.Append(head)
	b.Append(body)
	return b.Value()
}

// addValue adds what a sketch value holds to group g; !ok if v is none, or of
// another precision than sketches that the group holds already.
func (s *sketchSet) addValue(v dynamic.Value, g uint32) bool {
	form, _ := v.Index(0).Index(0).AsLong()
	p, ok := v.Index(0).Index(1).AsLong()
	if form != hllForm || !ok || p < 4 || p > 18 {
		return false
	}
	if s.precision == 0 {
		s.precision = uint8(p)
	}
	body := v.Index(1)
	if body.Kind() == dynamic.Array {
		for _, e := range body.Elements() {
			if h, ok := e.AsLong(); ok && h != nullHash {
				s.add(uint64(h), g)
			}
		}
		return true
	}
	text, _ := body.AsString()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return false
	}
	var sk hyperloglog.Sketch
	if sk.UnmarshalBinary(raw) != nil {
		return false
	}
	return s.open(g).Merge(&sk) == nil
}

func newHLLMerge(*function.AggregateCall) (function.Accumulator, error) {
	return &hllMergeAcc{set: newSketchSet(0)}, nil
}

// hllMergeAcc is hll_merge. Values that are no sketches are left out.
type hllMergeAcc struct{ set *sketchSet }

func (a *hllMergeAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.set.counts = grown(a.set.counts, total)
	v := column.ViewOf[dynamic.Value](args[0])
	for i, g := range groups {
		a.set.addValue(v.At(i), g)
	}
	return nil
}

func (a *hllMergeAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*hllMergeAcc](from)
	if err != nil {
		return err
	}
	if a.set.precision == 0 {
		a.set.precision = f.set.precision
	}
	return a.set.merge(f.set, groups, total)
}

func (a *hllMergeAcc) Result(total int) (column.Column, error) { return a.set.values(total) }

func (a *hllMergeAcc) Size() int64 { return a.set.size() }

// joinSketches returns the sketch of all values that the sketches know; null if
// one of them is none.
func joinSketches(sketches []dynamic.Value) dynamic.Value {
	s := newSketchSet(0)
	s.counts = grown(s.counts, 1)
	for _, v := range sketches {
		if !s.addValue(v, 0) {
			return dynamic.Value{}
		}
	}
	c, err := s.values(1)
	if err != nil {
		return dynamic.Value{}
	}
	return column.FlatVec[dynamic.Value](c).Vals[0]
}

// sketchCount is dcount_hll.
func sketchCount(v dynamic.Value) (int64, bool) {
	s := newSketchSet(0)
	s.counts = grown(s.counts, 1)
	if !s.addValue(v, 0) {
		return 0, false
	}
	s.fold()
	return s.estimate(0), true
}
