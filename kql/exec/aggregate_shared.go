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
	mu     sync.Mutex
	read   *keyReader // of a grouper of the one column
	values column.Column
}

// sharedNumber is the type that numbers of shared keys have.
const sharedNumber = types.Long

// share decides which keys of a split aggregation are numbered for all parts, by
// what own has seen of them; b is the last batch.
func (p *parts) share(own *aggState, b *column.Batch, seen int) {
	keys := p.over.node.Keys
	p.shared = make([]*sharedKey, len(keys))
	for j, k := range keys {
		c, isColumn := k.(*plan.Column)
		if !isColumn || len(keys) == 1 || 10*own.group.cols[j].len() > 9*seen {
			continue
		}
		if c.Typ != types.String && c.Typ != types.Dynamic && !isDict(b.Raw(j)) {
			continue // a number is no better than its number
		}
		p.shared[j] = &sharedKey{read: newKeyReader(newGrouper([]types.Type{c.Typ}), false)}
	}
}

// number replaces the values of shared keys by their numbers.
func (p *parts) number(keys []column.Column) {
	for j, k := range p.shared {
		if k == nil {
			continue
		}
		ids := make([]uint32, keys[j].Len())
		k.mu.Lock()
		k.read.column(0, keys[j], ids)
		k.mu.Unlock()
		longs := make([]int64, len(ids))
		for i, id := range ids {
			longs[i] = int64(id)
		}
		keys[j] = column.NewVec(sharedNumber, longs, nil)
	}
}

// restore puts the values of shared keys in the place of their numbers. Nothing may
// be numbered any more.
func (p *parts) restore(keys []column.Column) error {
	for j, k := range p.shared {
		if k == nil {
			continue
		}
		values, err := k.all()
		if err != nil {
			return err
		}
		numbers := column.FlatVec[int64](keys[j]).Vals
		codes := make([]uint32, len(numbers))
		for i, n := range numbers {
			codes[i] = uint32(n)
		}
		keys[j] = &column.Dict{Codes: codes, Values: values}
	}
	return nil
}

// all returns the values by number.
func (k *sharedKey) all() (column.Column, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.values == nil {
		v, err := column.Force(k.read.g.cols[0].values())
		if err != nil {
			return nil, err
		}
		k.values = v
	}
	return k.values, nil
}
