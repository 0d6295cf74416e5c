package builtin

import (
	"fmt"
	"math"

	"github.com/axiomhq/hyperloglog"
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// A sketchSet counts distinct values per group: exactly in small groups, by a
// HyperLogLog sketch in larger ones.
type sketchSet struct {
	table     distinctTable
	counts    []uint32              // exact counts of groups without a sketch
	sketches  []*hyperloglog.Sketch // by group; nil, or shorter, where there is none
	opened    int64                 // sketches that there are
	precision uint8
	limit     uint32 // values that a group may have without a sketch
}

// exactLimit is how many values a group may have before it gets a sketch. A
// sketch of that size is about as large as the values.
const exactLimit = 4096

func newSketchSet(precision uint8) *sketchSet {
	return &sketchSet{precision: precision, limit: exactLimit}
}

func (s *sketchSet) sketch(g uint32) *hyperloglog.Sketch {
	if int(g) < len(s.sketches) {
		return s.sketches[g]
	}
	return nil
}

// addAll adds the values of a column's hashes, nullHash where there is none.
func (s *sketchSet) addAll(hashes []uint64, groups []uint32) {
	for len(hashes) > 0 {
		n := min(distinctChunk, len(hashes))
		s.table.touch(hashes[:n], groups)
		for i, h := range hashes[:n] {
			if h != nullHash {
				s.add(h, groups[i])
			}
		}
		hashes, groups = hashes[n:], groups[n:]
	}
}

func (s *sketchSet) add(hash uint64, g uint32) {
	if s.counts[g] > s.limit {
		s.sketches[g].InsertHash(hash)
		return
	}
	if !s.table.add(hash, g) {
		return
	}
	if s.counts[g]++; s.counts[g] > s.limit {
		// The table's entries follow when the sketch is read: see fold.
		s.open(g).InsertHash(hash)
	}
}

// open gives group g an empty sketch.
func (s *sketchSet) open(g uint32) *hyperloglog.Sketch {
	s.sketches = grown(s.sketches, int(g)+1)
	if s.sketches[g] == nil {
		// Precisions are those of accuracyPrecision, which are valid.
		s.sketches[g], _ = hyperloglog.NewSketch(s.precision, false)
		s.opened++
	}
	s.counts[g] = math.MaxUint32
	return s.sketches[g]
}

// fold adds to the sketches what the table holds of their groups.
func (s *sketchSet) fold() {
	if len(s.sketches) == 0 {
		return
	}
	for hash, g := range s.table.pairs() {
		if sk := s.sketch(g); sk != nil {
			sk.InsertHash(hash)
		}
	}
}

func (s *sketchSet) merge(f *sketchSet, groups []uint32, total int) error {
	s.counts, f.counts = grown(s.counts, total), grown(f.counts, len(groups))
	s.table.reserve(s.table.used + f.table.used)
	var hashes [distinctChunk]uint64
	var of [distinctChunk]uint32
	n := 0
	for hash, g := range f.table.pairs() {
		hashes[n], of[n] = hash, groups[g]
		if n++; n == distinctChunk {
			s.addAll(hashes[:], of[:])
			n = 0
		}
	}
	s.addAll(hashes[:n], of[:n])
	for i, sk := range f.sketches {
		if sk == nil {
			continue
		}
		if err := s.open(groups[i]).Merge(sk); err != nil {
			return fmt.Errorf("merge of sketches: %w", err)
		}
	}
	return nil
}

func (s *sketchSet) estimate(g uint32) int64 {
	if sk := s.sketch(g); sk != nil {
		return int64(sk.Estimate())
	}
	return int64(s.counts[g])
}

func (s *sketchSet) size() int64 {
	return s.table.size() + sizeOf(s.counts) + sizeOf(s.sketches) + s.opened<<s.precision
}

// accuracyPrecision returns the bits of a sketch for dcount's accuracy: 1.6 %,
// 0.8 % (the default), 0.4 %, 0.28 % and 0.2 % of error.
//
// Source: the Kusto documentation, "dcount()".
func accuracyPrecision(c column.Column) (uint8, error) {
	if c == nil {
		return 14, nil
	}
	level, ok := constLong(c)
	if !ok || level < 0 || level > 4 {
		return 0, fmt.Errorf("accuracy must be a constant from 0 to 4")
	}
	return [...]uint8{12, 14, 16, 17, 18}[level], nil
}

// constLong returns the whole number that a one-row column holds.
func constLong(c column.Column) (int64, bool) {
	if v, ok := c.(*column.Vec[int64]); ok && v.Valid.Has(0) {
		return v.Vals[0], true
	}
	return 0, false
}

func distinctAggregates() []function.Aggregate {
	u, b, l := types.Unknown, types.Bool, types.Long
	return []function.Aggregate{
		{
			Doc: "Counts the distinct values of the group: exactly up to some thousands, estimated beyond; nulls are left out.",
			Overloads: []function.AggregateOverload{
				{Sig: "dcount(expr: scalar, accuracy?: const int|long): long", In: []types.Type{u, l}, New: newDCount, AnyOrder: true},
			},
			Examples:   []string{`1, 2, 1 | dcount(x) -> 2`},
			Analyzer:   []string{"dcount(expr: scalar, accuracy?: orderable): long"},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Counts the distinct values of the rows where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "dcountif(expr: scalar, predicate: bool, accuracy?: const int|long): long", In: []types.Type{u, b, l}, New: onlyIf(1, newDCount), AnyOrder: true},
			},
			Examples:   []string{`1, 2, 1, 3 | dcountif(x, x < 3) -> 2`},
			Analyzer:   []string{"dcountif(expr: scalar, predicate: bool, accuracy?: orderable): long"},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Counts the distinct values of the group exactly; nulls are left out.",
			Overloads: []function.AggregateOverload{
				{Sig: "count_distinct(expr: orderable): long", In: []types.Type{u}, New: newCountDistinct, AnyOrder: true},
			},
			Examples:   []string{`"a", "b", "a" | count_distinct(x) -> 2`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Counts the distinct values of the rows where the predicate is true, exactly.",
			Overloads: []function.AggregateOverload{
				{Sig: "count_distinctif(expr: orderable, predicate: bool): long", In: []types.Type{u, b}, New: onlyIf(1, newCountDistinct), AnyOrder: true},
			},
			Examples:   []string{`1, 2, 1, 3 | count_distinctif(x, x < 3) -> 2`},
			ResultName: function.NamePrefix,
		},
	}
}

func newDCount(c *function.AggregateCall) (function.Accumulator, error) {
	var level column.Column
	if len(c.Args) > 1 {
		if level = c.Consts[1]; level == nil {
			return nil, fmt.Errorf("accuracy must be a constant")
		}
	}
	p, err := accuracyPrecision(level)
	if err != nil {
		return nil, err
	}
	return &dcountAcc{set: newSketchSet(p)}, nil
}

func newCountDistinct(*function.AggregateCall) (function.Accumulator, error) {
	return &dcountAcc{set: &sketchSet{limit: math.MaxUint32}}, nil
}

type dcountAcc struct {
	set    *sketchSet
	seen   seenCodes
	hasher columnHasher
}

func (a *dcountAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.set.counts = grown(a.set.counts, total)
	c, groups := a.seen.narrow(args[0], groups, total)
	a.set.addAll(a.hasher.of(c, len(groups)), groups)
	return nil
}

func (a *dcountAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*dcountAcc](from)
	if err != nil {
		return err
	}
	return a.set.merge(f.set, groups, total)
}

func (a *dcountAcc) Result(total int) (column.Column, error) {
	a.set.counts = grown(a.set.counts, total)
	a.set.fold()
	out := make([]int64, total)
	for g := range out {
		out[g] = a.set.estimate(uint32(g))
	}
	return column.NewVec(types.Long, out, nil), nil
}

func (a *dcountAcc) Size() int64 { return a.set.size() + a.seen.size() }
