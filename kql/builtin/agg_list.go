package builtin

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// maxElements is Kusto's limit of elements in one make_list, make_set or
// make_bag.
const maxElements = 1048576

func listAggregates() []function.Aggregate {
	u, b, l := types.Unknown, types.Bool, types.Long
	return []function.Aggregate{
		{
			Doc: "Collects the values of the group into an array; nulls are left out, and arrays give their elements.",
			Overloads: []function.AggregateOverload{
				{Sig: "make_list(expr: scalar, maxSize?: const int|long): dynamic", In: []types.Type{u, l}, New: newList, InOrder: true},
			},
			Examples:   []string{`1, 2, 1 | make_list(x) -> [1,2,1]`, `1, 2, 3 | make_list(x, 2) -> [1,2]`},
			ResultName: function.NamePrefix,
			Prefix:     "list",
		},
		{
			Doc: "Collects the values of the rows where the predicate is true into an array.",
			Overloads: []function.AggregateOverload{
				{Sig: "make_list_if(expr: scalar, predicate: bool, maxSize?: const int|long): dynamic", In: []types.Type{u, b, l}, New: onlyIf(1, newList), InOrder: true},
			},
			Examples:   []string{`1, 2, 3 | make_list_if(x, x > 1) -> [2,3]`},
			ResultName: function.NamePrefix,
			Prefix:     "list",
		},
		{
			Doc: "Collects the values of the group into an array, nulls too.",
			Overloads: []function.AggregateOverload{
				{Sig: "make_list_with_nulls(expr: scalar): dynamic", In: []types.Type{u}, New: newListWithNulls, InOrder: true},
			},
			Examples:   []string{`1, long(null), 1 | make_list_with_nulls(x) -> [1,null,1]`},
			ResultName: function.NamePrefix,
			Prefix:     "list",
		},
		{
			Doc: "Collects the values of the group into an array.",
			Overloads: []function.AggregateOverload{
				{Sig: "makelist(expr: scalar, maxSize?: const int|long): dynamic", In: []types.Type{u, l}, New: newListOf(maxMakeList), InOrder: true},
			},
			Examples:   []string{`1, 2 | makelist(x) -> [1,2]`},
			ResultName: function.NamePrefix,
			Prefix:     "list",
			Hidden:     true,
			Obsolete:   "make_list",
		},
	}
}

// maxMakeList is the default size of the obsolete makelist and makeset.
const maxMakeList = 128

func newList(c *function.AggregateCall) (function.Accumulator, error) {
	return newListOf(maxElements)(c)
}

func newListOf(most int) newAccumulator {
	return func(c *function.AggregateCall) (function.Accumulator, error) {
		limit, err := sizeLimit(c, 1, most)
		if err != nil {
			return nil, err
		}
		return newListAcc(c.Args[0], limit, false), nil
	}
}

func newListWithNulls(c *function.AggregateCall) (function.Accumulator, error) {
	return newListAcc(c.Args[0], maxElements, true), nil
}

// sizeLimit returns the constant argument at position i, most if it is absent.
func sizeLimit(c *function.AggregateCall, i, most int) (int, error) {
	if len(c.Args) <= i {
		return most, nil
	}
	n, ok := constLong(c.Consts[i])
	if !ok || n < 1 {
		return 0, fmt.Errorf("maxSize must be a positive constant")
	}
	return int(min(n, maxElements)), nil
}

func newListAcc(t types.Type, limit int, nulls bool) function.Accumulator {
	switch t {
	case types.Bool:
		return &listAcc[bool]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).AppendBool}
	case types.Real:
		return &listAcc[float64]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).AppendReal}
	case types.Decimal:
		return &listAcc[types.Decimal128]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).AppendDecimal}
	case types.String:
		return &listAcc[string]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).AppendString}
	case types.GUID:
		return &listAcc[types.GUID128]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).AppendGUID}
	case types.Dynamic:
		return &listAcc[dynamic.Value]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).Append}
	case types.DateTime:
		return &listAcc[int64]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).AppendDateTime}
	case types.TimeSpan:
		return &listAcc[int64]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).AppendTimeSpan}
	default:
		return &listAcc[int64]{limit: limit, nulls: nulls, put: (*dynamic.ArrayBuilder).AppendLong}
	}
}

// A valueLog keeps values of all groups in the order in which they came, so
// that a group costs nothing but its values. A group holds at most a number of
// values; more are dropped.
type valueLog[T column.Value] struct {
	vals   []T
	groups []uint32
	counts []uint32 // values by group

	bytes   int64 // that the first weighed values point to
	weighed int
}

func (l *valueLog[T]) add(v T, g uint32) {
	l.vals, l.groups = push(l.vals, v), push(l.groups, g)
	l.counts[g]++
}

// byGroup returns the entries ordered by group, each group's in the order in
// which they came, and where each group's end.
func (l *valueLog[T]) byGroup(total int) (order, ends []uint32) {
	l.counts = grown(l.counts, total)
	ends = make([]uint32, total)
	at := uint32(0)
	for g, n := range l.counts[:total] {
		ends[g] = at
		at += n
	}
	order = make([]uint32, len(l.vals))
	for e, g := range l.groups {
		order[ends[g]] = uint32(e)
		ends[g]++
	}
	return order, ends
}

func (l *valueLog[T]) size() int64 {
	switch vals := any(l.vals).(type) {
	case []string:
		for _, v := range vals[l.weighed:] {
			l.bytes += int64(len(v))
		}
	case []dynamic.Value:
		for _, v := range vals[l.weighed:] {
			l.bytes += int64(len(v.Encoding()))
		}
	}
	l.weighed = len(l.vals)
	return sizeOf(l.vals) + sizeOf(l.groups) + sizeOf(l.counts) + l.bytes
}

// listAcc is make_list.
type listAcc[T column.Value] struct {
	log   valueLog[T]
	null  []bool // by entry, where nulls are kept
	nulls bool
	limit int
	put   func(*dynamic.ArrayBuilder, T)
}

func (a *listAcc[T]) Update(args []column.Column, groups []uint32, total int) error {
	a.log.counts = grown(a.log.counts, total)
	in := spreadArrays(args[0], &groups)
	v := column.ViewOf[T](in)
	vals, gs, counts, limit := a.log.vals, a.log.groups, a.log.counts, uint32(a.limit)
	for i, g := range groups {
		null := v.Null(i)
		if null && !a.nulls || counts[g] >= limit {
			continue
		}
		vals, gs = push(vals, v.At(i)), push(gs, g)
		counts[g]++
		if a.nulls {
			a.null = append(a.null, null)
		}
	}
	a.log.vals, a.log.groups = vals, gs
	return nil
}

func (a *listAcc[T]) add(v T, null bool, g uint32) {
	if int(a.log.counts[g]) >= a.limit {
		return
	}
	a.log.add(v, g)
	if a.nulls {
		a.null = append(a.null, null)
	}
}

// spreadArrays replaces arrays in a dynamic column by their elements, as
// make_list and make_set do, and *groups to match. Other columns stay.
func spreadArrays(c column.Column, groups *[]uint32) column.Column {
	if c.Type() != types.Dynamic {
		return c
	}
	v := column.ViewOf[dynamic.Value](c)
	arrays := false
	for i := range *groups {
		arrays = arrays || v.At(i).Kind() == dynamic.Array
	}
	if !arrays {
		return c
	}
	var vals []dynamic.Value
	var gs []uint32
	for i, g := range *groups {
		x := v.At(i)
		if x.Kind() != dynamic.Array {
			vals, gs = append(vals, x), append(gs, g)
			continue
		}
		for _, e := range x.Elements() {
			vals, gs = append(vals, e), append(gs, g)
		}
	}
	*groups = gs
	return column.NewVec(types.Dynamic, vals, nil)
}

func (a *listAcc[T]) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*listAcc[T]](from)
	if err != nil {
		return err
	}
	a.log.counts = grown(a.log.counts, total)
	for e, v := range f.log.vals {
		a.add(v, f.nulls && f.null[e], groups[f.log.groups[e]])
	}
	return nil
}

func (a *listAcc[T]) Result(total int) (column.Column, error) {
	order, ends := a.log.byGroup(total)
	out := make([]dynamic.Value, total)
	var b dynamic.ArrayBuilder
	from := uint32(0)
	for g := range out {
		for _, e := range order[from:ends[g]] {
			if a.nulls && a.null[e] {
				b.AppendNull()
			} else {
				a.put(&b, a.log.vals[e])
			}
		}
		from = ends[g]
		out[g] = b.Value()
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

func (a *listAcc[T]) Size() int64 { return a.log.size() + sizeOf(a.null) }
