package builtin

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

func bagAggregates() []function.Aggregate {
	d, b, l := types.Dynamic, types.Bool, types.Long
	return []function.Aggregate{
		{
			Doc: "Joins the property bags of the group into one; of members with one name the first stays.",
			Overloads: []function.AggregateOverload{
				{Sig: "make_bag(expr: bag, maxSize?: const int|long): dynamic", In: []types.Type{d, l}, New: newBag, InOrder: true},
			},
			Examples:   []string{`dynamic({"a":1}), dynamic({"a":2,"b":3}) | make_bag(x) -> {"a":1,"b":3}`},
			ResultName: function.NamePrefix,
			Prefix:     "bag",
		},
		{
			Doc: "Joins the property bags of the rows where the predicate is true into one.",
			Overloads: []function.AggregateOverload{
				{Sig: "make_bag_if(expr: bag, predicate: bool, maxSize?: const int|long): dynamic", In: []types.Type{d, b, l}, New: onlyIf(1, newBag), InOrder: true},
			},
			Examples:   []string{`dynamic({"a":1}), dynamic({"b":3}) | make_bag_if(x, isnotnull(x.b)) -> {"b":3}`},
			ResultName: function.NamePrefix,
			Prefix:     "bag",
		},
		{
			Doc: "Joins the property bags of the group into one.",
			Overloads: []function.AggregateOverload{
				{Sig: "make_dictionary(expr: bag, maxSize?: const int|long): dynamic", In: []types.Type{d, l}, New: newBag, InOrder: true},
			},
			Examples:   []string{`dynamic({"a":1}), dynamic({"b":3}) | make_dictionary(x) -> {"a":1,"b":3}`},
			ResultName: function.NamePrefix,
			Prefix:     "dictionary",
			Hidden:     true,
			Obsolete:   "make_bag",
		},
	}
}

func newBag(c *function.AggregateCall) (function.Accumulator, error) {
	limit, err := sizeLimit(c, 1, maxElements)
	if err != nil {
		return nil, err
	}
	return &bagAcc{limit: limit}, nil
}

// bagAcc is make_bag. It keeps the bags and joins them at the end.
type bagAcc struct {
	log   valueLog[dynamic.Value]
	limit int // members of a result
}

func (a *bagAcc) Update(args []column.Column, groups []uint32, total int) error {
	a.log.counts = grown(a.log.counts, total)
	v := column.ViewOf[dynamic.Value](args[0])
	for i, g := range groups {
		if x := v.At(i); x.Kind() == dynamic.Bag {
			a.log.add(x, g)
		}
	}
	return nil
}

func (a *bagAcc) Merge(from function.Accumulator, groups []uint32, total int) error {
	f, err := mergeable[*bagAcc](from)
	if err != nil {
		return err
	}
	a.log.counts = grown(a.log.counts, total)
	for e, v := range f.log.vals {
		a.log.add(v, groups[f.log.groups[e]])
	}
	return nil
}

func (a *bagAcc) Result(total int) (column.Column, error) {
	order, ends := a.log.byGroup(total)
	out := make([]dynamic.Value, total)
	var j bagJoiner
	from := uint32(0)
	for g := range out {
		j.reset(a.limit)
		for _, e := range order[from:ends[g]] {
			j.add(a.log.vals[e])
		}
		from = ends[g]
		out[g] = j.value()
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

func (a *bagAcc) Size() int64 { return a.log.size() }

// A bagJoiner joins bags into one, in which the first member of a name stays.
type bagJoiner struct {
	b     dynamic.BagBuilder
	seen  map[string]struct{}
	limit int
}

func (j *bagJoiner) reset(limit int) {
	j.limit = limit
	if j.seen == nil {
		j.seen = map[string]struct{}{}
	}
	clear(j.seen)
}

func (j *bagJoiner) add(bag dynamic.Value) {
	for name, val := range bag.Members() {
		if _, dup := j.seen[name]; dup || len(j.seen) >= j.limit {
			continue
		}
		j.seen[name] = struct{}{}
		j.b.Set(name, val)
	}
}

func (j *bagJoiner) value() dynamic.Value { return j.b.Value() }
