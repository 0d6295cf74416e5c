package exec

import (
	"sync"
	"sync/atomic"

	"github.com/calypso-kql/calypso/kql/column"
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

// A partSink is one worker's side of an aggregation that may be split. It folds
// rows into a state of its own until it knows better.
type partSink struct {
	p      *parts
	own    *aggState
	sample []sampleBatch // what own has folded, until the mode is known
	seen   int

	exprs []*evaluator // from here on for the mode partsSplit
	hash  keyHasher
	held  [][]partBatch
	rows  []int // held, by part
	total int   // held
	lease *lease
}

type sampleBatch struct {
	at rowID
	b  *column.Batch
}

// A partBatch is some rows of one part: row i stands at at+rows[i].
type partBatch struct {
	at   rowID
	rows []uint32
	b    *column.Batch
}

func (s *partSink) consume(at rowID, b *column.Batch) error {
	switch s.p.mode.Load() {
	case partsSplit:
		if err := s.reroute(); err != nil {
			return err
		}
		return s.split(at, b)
	case partsWhole:
		s.sample = nil
		return s.own.consume(at, b)
	}
	if err := s.own.consume(at, b); err != nil {
		return err
	}
	s.sample = append(s.sample, sampleBatch{at, b})
	if s.seen += b.Len(); s.seen >= partSample {
		mode := partsWhole
		if 10*s.own.group.len() >= 8*s.seen {
			mode = partsSplit
		}
		s.p.mode.CompareAndSwap(partsOpen, mode)
	}
	return nil
}

// reroute sends what was folded as a sample to the parts instead.
func (s *partSink) reroute() error {
	if s.own == nil {
		return nil
	}
	s.own.lease.release()
	s.own = nil
	s.exprs = newCompiler(s.p.a.q).all(s.p.exprs)
	s.held = make([][]partBatch, len(s.p.list))
	s.rows = make([]int, len(s.p.list))
	sample := s.sample
	s.sample = nil
	for _, b := range sample {
		if err := s.split(b.at, b.b); err != nil {
			return err
		}
	}
	return nil
}

// split collects the rows of b by their parts.
func (s *partSink) split(at rowID, b *column.Batch) error {
	cols, err := evalAll(s.exprs, b)
	if err != nil {
		return err
	}
	keys := len(s.p.a.node.Keys)
	for i, c := range cols[:keys] {
		cols[i] = packGUIDs(c)
	}
	rows, starts := s.order(s.hash.hashes(cols[:keys], b.Len()))
	sorted := column.NewBatch(b.Len(), cols).Gather(rows)
	s.total += len(rows)
	perRow := batchSize(sorted)/int64(len(rows)) + 4
	if err := s.lease.set(int64(s.total) * perRow); err != nil {
		return err
	}
	limit := max(maxHeld/len(s.p.list), 1)
	for i := range s.p.list {
		from, to := int(starts[i]), int(starts[i+1])
		if from == to {
			continue
		}
		s.held[i] = append(s.held[i], partBatch{at, rows[from:to], sorted.Slice(from, to)})
		if s.rows[i] += to - from; s.rows[i] >= limit {
			if err := s.feed(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// order returns the rows sorted by part, and where each part starts.
func (s *partSink) order(hashes []uint64) (rows, starts []uint32) {
	starts = make([]uint32, len(s.p.list)+1)
	of := make([]uint8, len(hashes)) // the part of each row
	for i, h := range hashes {
		p := (h * 0xc2b2ae3d27d4eb4f) >> s.p.shift
		of[i] = uint8(p)
		starts[p+1]++
	}
	for i := range s.p.list {
		starts[i+1] += starts[i]
	}
	next := make([]uint32, len(starts))
	copy(next, starts)
	rows = make([]uint32, len(hashes))
	for i, p := range of {
		rows[next[p]] = uint32(i)
		next[p]++
	}
	return rows, starts
}

// feed folds what the worker holds of part i into its state.
func (s *partSink) feed(i int) error {
	if err := s.p.fold(i, s.held[i]); err != nil {
		return err
	}
	clear(s.held[i])
	s.held[i] = s.held[i][:0]
	s.total -= s.rows[i]
	s.rows[i] = 0
	return nil
}

func (p *parts) fold(i int, held []partBatch) error {
	part := &p.list[i]
	part.mu.Lock()
	defer part.mu.Unlock()
	if part.state == nil {
		st, err := p.over.state()
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
