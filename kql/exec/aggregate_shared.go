package exec

import (
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A sharedKey numbers the values of a key that has few, for all parts of a split
// aggregation: texts that repeat, beside a near-unique key, would else be in the
// tables of all parts. One in ten that is met again within a sample is enough: then
// there are not many more in all.
type sharedKey struct {
	typ   types.Type
	mu    sync.Mutex
	group *grouper // of the one column
}

// share decides which keys of a split aggregation are numbered for all parts, by
// what own has seen of them, and makes the node over their numbers. The caller
// holds p.mu.
func (p *parts) share(own *aggState, b *column.Batch, seen int) {
	node := *p.over.node
	node.Keys = append([]plan.Expr(nil), node.Keys...)
	node.Out.Columns = append([]types.Column(nil), node.Out.Columns...)
	p.shared = make([]*sharedKey, len(node.Keys))
	for j, k := range node.Keys {
		c, isColumn := k.(*plan.Column)
		if !isColumn || len(node.Keys) == 1 || 10*own.group.cols[j].len() > 9*seen {
			continue
		}
		if c.Typ != types.String && c.Typ != types.Dynamic && !isDict(b.Raw(j)) {
			continue // a number is no better than its number
		}
		p.shared[j] = &sharedKey{typ: c.Typ, group: newGrouper([]types.Type{c.Typ})}
		node.Keys[j] = &plan.Column{Index: c.Index, Typ: types.Long}
		node.Out.Columns[j].Type = types.Long
	}
	p.split = &aggregation{q: p.a.q, node: &node}
}

// number replaces the values of shared keys by their numbers.
func (s *partSink) number(cols []column.Column) {
	if s.shared == nil {
		s.shared = make([]*keyReader, len(s.p.shared))
		for j, k := range s.p.shared {
			if k != nil {
				s.shared[j] = newKeyReader(k.group, false)
			}
		}
	}
	for j, r := range s.shared {
		if r == nil {
			continue
		}
		ids := make([]uint32, cols[j].Len())
		s.p.shared[j].mu.Lock()
		r.column(0, cols[j], ids)
		s.p.shared[j].mu.Unlock()
		longs := make([]int64, len(ids))
		for i, id := range ids {
			longs[i] = int64(id)
		}
		cols[j] = column.NewVec(types.Long, longs, nil)
	}
}

// restorer returns the function that puts the values of shared keys in the place
// of their numbers.
func (p *parts) restorer() (func(*column.Batch) *column.Batch, error) {
	values := make([]column.Column, len(p.shared))
	for j, k := range p.shared {
		if k == nil {
			continue
		}
		v, err := column.Force(k.group.cols[0].values())
		if err != nil {
			return nil, err
		}
		values[j] = v
	}
	return func(b *column.Batch) *column.Batch {
		cols := make([]column.Column, b.Width())
		for i := range cols {
			cols[i] = b.Raw(i)
			if i >= len(values) || values[i] == nil {
				continue
			}
			numbers := column.FlatVec[int64](cols[i]).Vals
			codes := make([]uint32, len(numbers))
			for r, n := range numbers {
				codes[r] = uint32(n)
			}
			cols[i] = &column.Dict{Codes: codes, Values: values[i]}
		}
		return column.NewBatch(b.Len(), cols)
	}, nil
}
