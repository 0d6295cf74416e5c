package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func countAggregates() []function.Aggregate {
	return []function.Aggregate{
		{
			Doc: "Counts the rows of the group, those with a null argument too.",
			Overloads: []function.AggregateOverload{
				{Sig: "count(): long", New: newCount, AnyOrder: true},
				{Sig: "count(expr: scalar): long", In: []types.Type{types.Unknown}, New: newCount, AnyOrder: true},
			},
			Examples:   []string{`1, 2, long(null) | count() -> 3`},
			ResultName: function.NamePrefix,
		},
		{
			Doc: "Counts the rows of the group.",
			Overloads: []function.AggregateOverload{
				{Sig: "cnt(): long", New: newCount, AnyOrder: true},
			},
			Examples:   []string{`1, 2, 3 | cnt() -> 3`},
			ResultName: function.NamePrefix,
			Hidden:     true,
			Obsolete:   "count",
		},
		{
			Doc: "Counts the rows of the group where the predicate is true.",
			Overloads: []function.AggregateOverload{
				{Sig: "countif(predicate: bool): long", In: []types.Type{types.Bool}, New: newCountIf, AnyOrder: true},
			},
			Examples:   []string{`1, 2, 3 | countif(x > 1) -> 2`},
			ResultName: function.NamePrefix,
		},
	}
}

func newCount(*function.AggregateCall) (function.Accumulator, error) { return &countAcc{}, nil }

func newCountIf(*function.AggregateCall) (function.Accumulator, error) {
	return &countAcc{predicate: true}, nil
}

// countAcc counts rows, or those where its one argument is true.
type countAcc struct {
	counts    []int64
	predicate bool
}

func (a *countAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.counts = grown(a.counts, total)
	if a.predicate {
		a.updateIf(args[0], groups)
		return nil
	}
	if total == 1 {
		a.counts[0] += int64(len(groups))
		return nil
	}
	countByGroup(a.counts, groups)
	return nil
}

// countByGroup counts each group's rows; where there are few groups, as addLongs
// adds.
func countByGroup(counts []int64, groups []uint32) {
	const few, enough = 32, 1024
	if len(counts) <= few && len(groups) >= enough {
		var some [4][few]int64
		for ; len(groups) >= 4; groups = groups[4:] {
			some[0][groups[0]%few]++
			some[1][groups[1]%few]++
			some[2][groups[2]%few]++
			some[3][groups[3]%few]++
		}
		for g := range counts {
			counts[g] += some[0][g] + some[1][g] + some[2][g] + some[3][g]
		}
	}
	for len(groups) >= runLength {
		if g, ok := oneGroup(groups); ok {
			counts[g] += runLength
		} else {
			for _, g := range groups[:runLength] {
				counts[g]++
			}
		}
		groups = groups[runLength:]
	}
	for _, g := range groups {
		counts[g]++
	}
}

func (a *countAcc) updateIf(pred column.Column, groups []uint32) {
	counts := a.counts
	if v, ok := pred.(*column.Vec[bool]); ok && v.Valid == nil {
		for i, b := range v.Vals {
			if b {
				counts[groups[i]]++
			}
		}
		return
	}
	v := column.ViewOf[bool](pred)
	for i, g := range groups {
		if !v.Null(i) && v.At(i) {
			counts[g]++
		}
	}
}

func (a *countAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*countAcc](from)
	if err != nil {
		return err
	}
	a.counts, f.counts = grown(a.counts, total), grown(f.counts, len(groups))
	for i, g := range groups {
		a.counts[g] += f.counts[i]
	}
	return nil
}

func (a *countAcc) Result(total int) (column.Column, error) {
	a.counts = grown(a.counts, total)
	return column.NewVec(types.Long, a.counts[:total], nil), nil
}

func (a *countAcc) Size() int64 { return sizeOf(a.counts) }
