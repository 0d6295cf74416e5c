package exec

import (
	"sync"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Where nearly every row is a group of its own (requests, sessions, messages), a
// worker with a table for itself would find hundreds of thousands of groups
// that then have to be folded into another worker's. So such an aggregation is
// split by the hash of the keys: each part has one state, which all workers
// feed. A worker collects some thousand rows of a part before it feeds them, so
// that they find the part's table in the cache, and the parts need no merging.

const (
	// partSample is how many rows a worker looks at before it decides.
	partSample = 1 << 14
	// partRows is about how many groups a part is meant for.
	partRows = 1 << 14
	// maxParts bounds the parts, and maxHeld the rows that a worker collects.
	minParts, maxParts = 16, 256
	maxHeld            = 1 << 17
)

// parts is an aggregation that may be split by the hash of its keys.
type parts struct {
	a     *aggregation
	exprs []plan.Expr  // the inputs; see aggregation.inputs
	over  *aggregation // a over the values of exprs
	shift uint         // of a hash, for the number of its part
	rows  int64        // an estimate; -1 if there is none

	mode atomic.Int32 // partsOpen until a worker decides
	list []aggPart

	mu sync.Mutex // held by who decides
	// What is decided, set before mode is partsSplit:
	shared []*sharedKey // by key, nil for the others
	layout *tupleLayout // of the keys, with the numbers of shared ones
	room   int          // groups that a part is to begin with room for
}

const (
	partsOpen int32 = iota
	partsWhole
	partsSplit
)

// newParts returns nil if a cannot be split: it has no keys, or very many, or picks
// rows, whose columns are to stay Lazy in large batches.
func (a *aggregation) newParts() *parts {
	if len(a.node.Keys) == 0 || len(a.node.Keys) > maxTupleKeys {
		return nil
	}
	for _, g := range a.node.Aggs {
		if g.Pick != nil {
			return nil
		}
	}
	rows := estimate(a.node.Input)
	bits := uint(6)
	for n := int64(partRows) << bits; n < rows && 1<<bits < maxParts; n *= 2 {
		bits++
	}
	for n := int64(partRows) << bits; rows >= 0 && n > 2*rows && 1<<bits > minParts; n /= 2 {
		bits--
	}
	p := &parts{a: a, exprs: a.inputs(), shift: 64 - bits, rows: rows, list: make([]aggPart, 1<<bits)}
	for i := range p.list {
		p.list[i].p = p
	}
	p.over = &aggregation{q: a.q, node: a.overInputs()}
	return p
}

// split decides that the aggregation is split, by what own has seen of its rows, of
// which fresh in so many began a group at last. b is the last batch. The caller
// holds p.mu.
func (p *parts) split(own *aggState, b *column.Batch, seen, fresh, of int) {
	p.share(own, b, seen)
	types := make([]types.Type, len(p.over.node.Keys))
	for j, k := range p.over.node.Keys {
		if types[j] = k.Type(); p.shared[j] != nil {
			types[j] = sharedNumber
		}
	}
	p.layout = newTupleLayout(types)
	groups := p.rows * int64(fresh) / int64(of) / int64(len(p.list))
	p.room = int(min(max(groups+groups/8, partRows/8), partRows+partRows/8))
	p.mode.Store(partsSplit)
}

// finish folds what the workers still hold and returns the groups of all parts;
// each if the aggregation was not split after all.
func (p *parts) finish(sinks []*partSink) ([]foundGroups, error) {
	if p.mode.Load() != partsSplit {
		states := make([]*aggState, len(sinks))
		for i, s := range sinks {
			states[i] = s.own
		}
		into, err := mergeStates(states)
		return []foundGroups{into}, err
	}
	for _, s := range sinks {
		if err := s.reroute(); err != nil {
			return nil, err
		}
	}
	err := inParallel(len(sinks), len(p.list), func(i int) error {
		for _, s := range sinks {
			if len(s.held[i]) == 0 {
				continue
			}
			if err := p.list[i].fold(s.held[i]); err != nil {
				return err
			}
			s.held[i] = nil
		}
		return nil
	})
	var out []foundGroups
	for i := range p.list {
		if p.list[i].keys != nil {
			out = append(out, &p.list[i])
		}
	}
	return out, err
}

func (p *parts) release(sinks []*partSink) {
	for _, s := range sinks {
		s.lease.release()
		if s.own != nil {
			s.own.lease.release()
		}
	}
	for i := range p.list {
		if l := p.list[i].lease; l != nil {
			l.release()
		}
	}
}
