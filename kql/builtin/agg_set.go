package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func setAggregates() []function.Aggregate {
	u, b, l := types.Unknown, types.Bool, types.Long
	return []function.Aggregate{
		{
			Doc: "Collects the distinct values of the group into an array; nulls are left out, and arrays give their elements.",
			Overloads: []function.AggregateOverload{
				{Sig: "make_set(expr: scalar, maxSize?: const int|long): dynamic", In: []types.Type{u, l}, New: newSetOf(maxElements), Unsorted: true},
			},
			Examples:   []string{`1, 2, 1 | make_set(x) -> [1,2]`},
			ResultName: function.NamePrefix,
			Prefix:     "set",
		},
		{
			Doc: "Collects the distinct values of the rows where the predicate is true into an array.",
			Overloads: []function.AggregateOverload{
				{Sig: "make_set_if(expr: scalar, predicate: bool, maxSize?: const int|long): dynamic", In: []types.Type{u, b, l}, New: onlyIf(1, newSetOf(maxElements)), Unsorted: true},
			},
			Examples:   []string{`1, 2, 1, 3 | make_set_if(x, x < 3) -> [1,2]`},
			ResultName: function.NamePrefix,
			Prefix:     "set",
		},
		{
			Doc: "Collects the distinct values of the group into an array.",
			Overloads: []function.AggregateOverload{
				{Sig: "makeset(expr: scalar, maxSize?: const int|long): dynamic", In: []types.Type{u, l}, New: newSetOf(maxMakeList), Unsorted: true},
			},
			Examples:   []string{`1, 2, 1 | makeset(x) -> [1,2]`},
			ResultName: function.NamePrefix,
			Prefix:     "set",
			Hidden:     true,
			Obsolete:   "make_set",
		},
	}
}

func newSetOf(most int) newAccumulator {
	return func(c *function.AggregateCall) (function.Accumulator, error) {
		limit, err := sizeLimit(c, 1, most)
		if err != nil {
			return nil, err
		}
		return newSetAcc(c.Args[0], limit), nil
	}
}

func newSetAcc(t types.Type, limit int) function.Accumulator {
	switch t {
	case types.Bool:
		return &setAcc[bool]{list: listAcc[bool]{limit: limit, put: (*dynamic.ArrayBuilder).AppendBool}}
	case types.Real:
		return &setAcc[float64]{list: listAcc[float64]{limit: limit, put: (*dynamic.ArrayBuilder).AppendReal}}
	case types.Decimal:
		return &setAcc[types.Decimal128]{list: listAcc[types.Decimal128]{limit: limit, put: (*dynamic.ArrayBuilder).AppendDecimal}}
	case types.String:
		return &setAcc[string]{list: listAcc[string]{limit: limit, put: (*dynamic.ArrayBuilder).AppendString}}
	case types.GUID:
		return &setAcc[types.GUID128]{list: listAcc[types.GUID128]{limit: limit, put: (*dynamic.ArrayBuilder).AppendGUID}}
	case types.Dynamic:
		return &setAcc[dynamic.Value]{list: listAcc[dynamic.Value]{limit: limit, put: (*dynamic.ArrayBuilder).Append}}
	case types.DateTime:
		return &setAcc[int64]{list: listAcc[int64]{limit: limit, put: (*dynamic.ArrayBuilder).AppendDateTime}}
	case types.TimeSpan:
		return &setAcc[int64]{list: listAcc[int64]{limit: limit, put: (*dynamic.ArrayBuilder).AppendTimeSpan}}
	default:
		return &setAcc[int64]{list: listAcc[int64]{limit: limit, put: (*dynamic.ArrayBuilder).AppendLong}}
	}
}

// setAcc is make_set: a make_list of the values that the table has not seen.
type setAcc[T column.Value] struct {
	list   listAcc[T]
	hashes []uint64 // of the list's values
	table  distinctTable
	seen   seenCodes
	hasher columnHasher
}

func (a *setAcc[T]) Update(args []column.Column, groups []uint32, total int) error {
	a.list.log.counts = grown(a.list.log.counts, total)
	in, groups := a.seen.narrow(args[0], groups, total)
	in = spreadArrays(in, &groups)
	v := column.ViewOf[T](in)
	dyn := in.Type() == types.Dynamic
	for i, h := range a.hasher.of(in, len(groups)) {
		if h == nullHash && dyn {
			h = dynamicNull
		}
		if h != nullHash {
			a.add(v.At(i), h, groups[i])
		}
	}
	return nil
}

// dynamicNull is the hash of a null dynamic value, which is an element like
// others: nulls of other types are left out.
const dynamicNull = 2

func (a *setAcc[T]) add(v T, hash uint64, g uint32) {
	if int(a.list.log.counts[g]) < a.list.limit && a.table.add(hash, g) {
		a.list.log.add(v, g)
		a.hashes = push(a.hashes, hash)
	}
}

func (a *setAcc[T]) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*setAcc[T]](from)
	if err != nil {
		return err
	}
	a.list.log.counts = grown(a.list.log.counts, total)
	for e, v := range f.list.log.vals {
		a.add(v, f.hashes[e], groups[f.list.log.groups[e]])
	}
	return nil
}

func (a *setAcc[T]) Result(total int) (column.Column, error) { return a.list.Result(total) }

func (a *setAcc[T]) Size() int64 {
	return a.list.Size() + sizeOf(a.hashes) + a.table.size() + a.seen.size()
}
