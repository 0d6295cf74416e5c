package exec

import (
	"sort"

	"github.com/calypso-kql/calypso/kql/column"
)

// A partSink is one worker's side of an aggregation that may be split. It folds
// rows into a state of its own until it knows better.
type partSink struct {
	p      *parts
	exprs  []*evaluator
	own    *aggState     // over the values of exprs
	sample []sampleBatch // what own has folded, until the mode is known
	seen   int

	hash  keyHasher // from here on for the mode partsSplit
	texts bool      // a key has texts that are no GUIDs
	held  [][]partBatch
	rows  []int // held, by part
	total int   // held
	lease *lease
}

type sampleBatch struct {
	at rowID
	b  *column.Batch
}

func (p *parts) sink() (*partSink, error) {
	own, err := p.over.state()
	if err != nil {
		return nil, err
	}
	return &partSink{p: p, exprs: newLastCompiler(p.a.q).all(p.exprs), own: own, lease: p.a.q.lease("ClusterBy")}, nil
}

func (s *partSink) consume(at rowID, b *column.Batch) error {
	mode := s.p.mode.Load()
	if mode == partsSplit {
		cols, err := s.packed(b)
		if err != nil {
			return err
		}
		if err := s.reroute(); err != nil {
			return err
		}
		return s.split(at, column.NewBatch(b.Len(), cols))
	}
	cols, err := evalAll(s.exprs, b)
	if err != nil {
		return err
	}
	b = column.NewBatch(b.Len(), cols)
	if mode == partsWhole {
		s.passKeys()
		s.sample = nil
		return s.own.consume(at, b)
	}
	if err := s.own.consume(at, b); err != nil {
		return err
	}
	s.sample = append(s.sample, sampleBatch{at, b})
	s.seen += b.Len()
	s.decide(b)
	return nil
}

// passKeys lets the keys be computed in the same memory for each batch: no batch is
// kept any more, and the tables of keys have copies.
func (s *partSink) passKeys() {
	for _, e := range s.exprs[:len(s.p.a.node.Keys)] {
		e.passing = true
	}
}

// decide sets the mode once enough rows have been seen, of which b is the last
// batch. Rows of few groups are told sooner: nothing need then be kept of them.
// What counts is how many groups still begin, for in the end there are more rows.
func (s *partSink) decide(b *column.Batch) {
	early := s.seen >= partSample/16 && 4*s.own.group.len() < s.seen
	if !early && s.seen < partSample {
		return
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.mode.Load() != partsOpen {
		return
	}
	if fresh, of := s.fresh(); early || 5*fresh < 2*of {
		s.p.mode.Store(partsWhole)
	} else {
		s.p.split(s.own, b, s.seen, fresh, of)
	}
}

// fresh returns how many of the later half of the sample's rows began a group.
func (s *partSink) fresh() (groups, rows int) {
	var from rowID
	for i := len(s.sample) - 1; i >= 0 && rows < s.seen/2; i-- {
		n := s.sample[i].b.Len()
		take := min(n, s.seen/2-rows)
		rows += take
		from = s.sample[i].at + rowID(n-take)
	}
	before := sort.Search(len(s.own.first), func(g int) bool { return s.own.first[g] >= from })
	return s.own.group.len() - before, rows
}

// reroute sends what was folded as a sample to the parts instead.
func (s *partSink) reroute() error {
	if s.own == nil {
		return nil
	}
	s.own.lease.release()
	s.own = nil
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

// split collects the rows of b, which has the values of exprs, by their parts.
func (s *partSink) split(at rowID, b *column.Batch) error {
	width := len(s.p.a.node.Keys)
	keys := make([]column.Column, width)
	for i := range keys {
		keys[i] = packGUIDs(b.Raw(i))
	}
	s.p.number(keys)
	hashes := s.hash.hashes(keys, b.Len())
	rows, starts := s.order(hashes)
	sorted := &sortedBatch{at: at, rows: rows, keys: s.p.layout.gather(keys, hashes, rows), args: gatherArgs(b, width, rows)}
	s.total += len(rows)
	if err := s.lease.set(int64(s.total) * (sorted.size()/int64(len(rows)) + 1)); err != nil {
		return err
	}
	limit := max(maxHeld/len(s.p.list), 1)
	for i := range s.p.list {
		from, to := int(starts[i]), int(starts[i+1])
		if from == to {
			continue
		}
		s.held[i] = append(s.held[i], partBatch{sorted, from, to})
		if s.rows[i] += to - from; s.rows[i] >= limit {
			if err := s.feed(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// gatherArgs returns the rows given of the columns from position from on, those
// that are the same one once; nil for those before.
func gatherArgs(b *column.Batch, from int, rows []uint32) []column.Column {
	out := make([]column.Column, b.Width())
	for i := from; i < len(out); i++ {
		for j := from; j < i; j++ {
			if b.Raw(j) == b.Raw(i) {
				out[i] = out[j]
			}
		}
		if out[i] == nil {
			out[i] = column.Gather(b.Raw(i), rows)
		}
	}
	return out
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
	if err := s.p.list[i].fold(s.held[i]); err != nil {
		return err
	}
	clear(s.held[i])
	s.held[i] = s.held[i][:0]
	s.total -= s.rows[i]
	s.rows[i] = 0
	return nil
}
