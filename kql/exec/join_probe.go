package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
)

// A prober sends batches of the probe side past the table: a stage.
type prober struct {
	j    *joining
	t    *joinTable
	keys []*evaluator
	all  packedKeys // keys, of all rows of a batch
	read *keyReader
	many bool // most rows have a match: see matched
}

func newProber(j *joining, t *joinTable) *prober {
	keys := newCompiler(j.q).all(j.probe.keys)
	read := newKeyReader(t.keys, true)
	read.again = true // a batch is done with when the next comes
	return &prober{j: j, t: t, keys: keys, all: packedKeys{exprs: keys, spent: j.probeSpent}, read: read}
}

func (p *prober) apply(b *column.Batch, emit func(*column.Batch) error) error {
	b, groups, err := p.look(b)
	if err != nil {
		return err
	}
	switch {
	case p.j.pairs:
		return p.pair(b, groups, emit)
	case p.j.probeMatch || p.j.probeLonely:
		rows := make([]uint32, 0, b.Len())
		for i, g := range groups {
			if (g != none) == p.j.probeMatch {
				rows = append(rows, uint32(i))
			}
		}
		if len(rows) == b.Len() {
			return emit(b)
		}
		return emit(b.Gather(rows))
	}
	p.mark(groups)
	return nil
}

// look returns the group of each row of b, none if there is no match. It may leave
// out rows that are of no use without one.
func (p *prober) look(b *column.Batch) (*column.Batch, []uint32, error) {
	if p.t.known != nil {
		if groups, ok := p.t.known.groups(p.keys[0], b); ok {
			return b, groups, nil
		}
	}
	if rows, groups, ok, err := p.matched(b); ok || err != nil {
		return rows, groups, err
	}
	var keys []column.Column
	var err error
	if p.many {
		keys, err = p.all.eval(b)
	} else {
		keys, err = evalAll(p.keys, b) // texts, most of which a sieve holds back
	}
	if err != nil {
		return nil, nil, err
	}
	return b, p.read.groups(keys, b.Len()), nil
}

// mark notes which groups have a match.
func (p *prober) mark(groups []uint32) {
	for _, g := range groups {
		if g != none && !p.t.matched[g].Load() {
			p.t.matched[g].Store(true)
		}
	}
}

// pair emits a row for each match, in pieces of about the batch size.
func (p *prober) pair(b *column.Batch, groups []uint32, emit func(*column.Batch) error) error {
	if p.j.keepBuild {
		p.mark(groups)
	}
	null := uint32(p.t.n)
	mine := make([]uint32, 0, b.Len())
	theirs := make([]uint32, 0, b.Len())
	flush := func() error {
		if len(mine) == 0 {
			return nil
		}
		if err := p.j.q.ctx.Err(); err != nil {
			return err
		}
		out := b
		if !isIdentity(mine, b.Len()) {
			out = b.Gather(mine)
		}
		err := emit(p.j.beside(out, p.t.all.Gather(theirs)))
		mine, theirs = nil, nil
		return err
	}
	limit := p.j.q.BatchRows
	for i, g := range groups {
		if g == none {
			if p.j.keepProbe {
				mine, theirs = append(mine, uint32(i)), append(theirs, null)
			}
		} else {
			for _, r := range p.t.of(g) {
				mine, theirs = append(mine, uint32(i)), append(theirs, r)
				if len(mine) >= 2*limit {
					if err := flush(); err != nil {
						return err
					}
				}
			}
		}
	}
	return flush()
}

func isIdentity(rows []uint32, n int) bool {
	if len(rows) != n {
		return false
	}
	for i, r := range rows {
		if int(r) != i {
			return false
		}
	}
	return true
}

// runUnique is innerunique with the table built of the right side: of the left
// rows that match a key only the first is kept, and is joined with all right
// rows of that key in the end. Memory is bounded by the right side's keys.
func (j *joining) runUnique(ctx context.Context, probe *flow, t *joinTable, l *lease) (column.Reader, error) {
	schema := probe.schema
	states := make([]*uniqueState, probe.workers())
	sinks := make([]sink, len(states))
	for i := range states {
		p := &pick{schema: schema}
		for c := range schema.Len() {
			p.cols = append(p.cols, &evaluator{kind: evalColumn, index: c})
		}
		states[i] = &uniqueState{prober: newProber(j, t), pick: p, lease: j.q.lease("HashJoin")}
		sinks[i] = states[i]
		defer states[i].lease.release()
	}
	if err := probe.run(ctx, sinks); err != nil {
		l.release()
		return nil, err
	}
	first := states[0].pick
	groups := make([]uint32, t.keys.len())
	for g := range groups {
		groups[g] = uint32(g)
	}
	first.grow(len(groups))
	for _, s := range states[1:] {
		if err := first.merge(s.pick, groups, len(groups), 0); err != nil {
			l.release()
			return nil, err
		}
	}
	out, err := j.uniqueRows(first, t)
	if err != nil {
		l.release()
		return nil, err
	}
	return &batchReader{schema: j.node.Out, batches: out, rows: j.q.BatchRows, release: l.release}, nil
}

// uniqueState picks the first left row of each key in one worker.
type uniqueState struct {
	*prober
	pick  *pick
	lease *lease
}

func (s *uniqueState) consume(at rowID, b *column.Batch) error {
	keys, err := evalAll(s.keys, b)
	if err != nil {
		return err
	}
	// Rows without a match share the group behind the last, which is ignored.
	groups := s.read.groups(keys, b.Len())
	last := uint32(s.t.keys.len())
	for i, g := range groups {
		if g == none {
			groups[i] = last
		}
	}
	s.pick.grow(int(last) + 1)
	s.pick.wins[last].set = true
	if err := s.pick.update(at, b, groups, int(last)+1); err != nil {
		return err
	}
	return s.lease.set(s.pick.size())
}

// uniqueRows joins the chosen left rows with the table, in the left's order.
func (j *joining) uniqueRows(p *pick, t *joinTable) ([]*column.Batch, error) {
	kept := &stack{schema: p.schema}
	for _, b := range p.batches {
		if err := kept.add(b); err != nil {
			return nil, err
		}
	}
	var ids []rowID
	var found []uint32
	for g := range t.keys.len() {
		if p.wins[g].set {
			found = append(found, uint32(g))
			ids = append(ids, p.wins[g].at)
		}
	}
	if perm := orderOf(ids); perm != nil {
		sorted := make([]uint32, len(found))
		for i, k := range perm {
			sorted[i] = found[k]
		}
		found = sorted
	}
	var mine, theirs []uint32
	for _, g := range found {
		w := p.wins[g]
		for _, r := range t.of(g) {
			mine, theirs = append(mine, kept.starts[w.batch]+w.row), append(theirs, r)
		}
	}
	if len(mine) == 0 {
		return nil, nil
	}
	return []*column.Batch{j.beside(kept.gather(mine), t.all.Gather(theirs))}, nil
}
