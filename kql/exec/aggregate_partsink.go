package exec

import "github.com/calypso-kql/calypso/kql/column"

// A partSink is one worker's side of an aggregation that may be split. It folds
// rows into a state of its own until it knows better.
type partSink struct {
	p      *parts
	exprs  []*evaluator
	own    *aggState     // over the values of exprs
	sample []sampleBatch // what own has folded, until the mode is known
	seen   int

	shared []*keyReader // from here on for the mode partsSplit
	hash   keyHasher
	texts  bool // a key has texts that are no GUIDs
	held   [][]partBatch
	rows   []int // held, by part
	total  int   // held
	lease  *lease
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

// decide sets the mode once enough rows have been seen, of which b is the last
// batch. Rows of few groups are told sooner: nothing need then be kept of them.
func (s *partSink) decide(b *column.Batch) {
	groups := s.own.group.len()
	mode := partsOpen
	switch {
	case s.seen >= partSample && 5*groups >= 4*s.seen:
		mode = partsSplit
	case s.seen >= partSample, s.seen >= partSample/16 && 2*groups < s.seen:
		mode = partsWhole
	}
	if mode == partsOpen {
		return
	}
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.p.mode.Load() != partsOpen {
		return
	}
	if mode == partsSplit {
		s.p.share(s.own, b, s.seen)
	}
	s.p.mode.Store(mode)
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
	cols := make([]column.Column, b.Width())
	keys := len(s.p.a.node.Keys)
	for i := range cols {
		if cols[i] = b.Raw(i); i < keys {
			cols[i] = packGUIDs(cols[i])
		}
	}
	s.number(cols)
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
