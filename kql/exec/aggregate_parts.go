package exec

import (
	"sync"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/plan"
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

	mode atomic.Int32 // partsOpen until a worker decides
	list []aggPart

	mu     sync.Mutex   // held by who decides
	shared []*sharedKey // by key, nil for the others; set before mode is partsSplit
	split  *aggregation // over, with the numbers of shared keys; likewise
}

const (
	partsOpen int32 = iota
	partsWhole
	partsSplit
)

// An aggPart is the groups of one range of hashes.
type aggPart struct {
	mu    sync.Mutex
	state *aggState // nil until the first rows come
}

// newParts returns nil if a cannot be split: it has no keys, or picks rows, whose
// columns are to stay Lazy in large batches.
func (a *aggregation) newParts() *parts {
	if len(a.node.Keys) == 0 {
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
	p := &parts{a: a, exprs: a.inputs(), shift: 64 - bits, list: make([]aggPart, 1<<bits)}
	p.over = &aggregation{q: a.q, node: a.overInputs()}
	return p
}

func (p *parts) fold(i int, held []partBatch) error {
	part := &p.list[i]
	part.mu.Lock()
	defer part.mu.Unlock()
	if part.state == nil {
		st, err := p.split.state()
		if err != nil {
			return err
		}
		part.state = st
	}
	for _, h := range held {
		if err := part.state.consumeAny(h); err != nil {
			return err
		}
	}
	return part.state.lease.set(part.state.size())
}

// consumeAny folds rows that may come in any order.
func (s *aggState) consumeAny(h partBatch) error {
	s.fed = true
	keys, err := evalAll(s.keys, h.b)
	if err != nil {
		return err
	}
	groups := s.read.groups(keys, h.b.Len())
	for i, g := range groups {
		at := h.at + rowID(h.rows[i])
		if int(g) == len(s.first) {
			s.first = append(s.first, at)
		} else if at < s.first[g] {
			s.first[g] = at
		}
	}
	for _, a := range s.aggs {
		if err := a.update(h.at, h.b, groups, s.group.len()); err != nil {
			return err
		}
	}
	return nil
}

// finish folds what the workers still hold and returns the states of all parts;
// each if the aggregation was not split after all.
func (p *parts) finish(sinks []*partSink) ([]*aggState, error) {
	if p.mode.Load() != partsSplit {
		states := make([]*aggState, len(sinks))
		for i, s := range sinks {
			states[i] = s.own
		}
		into, err := mergeStates(states)
		return []*aggState{into}, err
	}
	for _, s := range sinks {
		if err := s.reroute(); err != nil {
			return nil, err
		}
	}
	err := inParallel(len(sinks), len(p.list), func(i int) error {
		for _, s := range sinks {
			if err := p.fold(i, s.held[i]); err != nil {
				return err
			}
			s.held[i] = nil
		}
		return nil
	})
	var states []*aggState
	for i := range p.list {
		states = append(states, p.list[i].state)
	}
	return states, err
}

func (p *parts) release(sinks []*partSink) {
	for _, s := range sinks {
		s.lease.release()
		if s.own != nil {
			s.own.lease.release()
		}
	}
	for i := range p.list {
		if st := p.list[i].state; st != nil {
			st.lease.release()
		}
	}
}
