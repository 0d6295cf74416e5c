package exec

import (
	"context"
	"slices"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
)

// keptGroups are the groups of a part of a table. It implements plan.Answer.
type keptGroups struct {
	mu    sync.Mutex // held while they are merged into others
	state *aggState
	bytes int64
}

// Size implements plan.Answer.
func (k *keptGroups) Size() int64 { return k.bytes }

// aggregateFragments makes the flow of an aggregation over tables in parts, whose
// groups are kept part by part: only the parts of which nothing is kept are read. It
// is !ok where that is not possible, or would keep nothing.
func (q *query) aggregateFragments(a *aggregation) (*flow, bool, error) {
	if !isChain(a.node.Input) || !a.splits() {
		return nil, false, nil
	}
	chains, err := q.chainsBelow(a.node.Input)
	if err != nil {
		return nil, false, err
	}
	f := &fragmentedAggregation{aggregation: a}
	some, none := false, false // is kept, or to be, of a table
	for _, c := range chains { // all are asked, so that next time all are kept
		leg := aggregatedLeg{aggregation: a, chain: c}
		if c.read == nil {
			f.legs = append(f.legs, leg)
			continue
		}
		src := c.read.Source.(plan.Parted)
		leg.kept = src.Fragments()
		ask, ok := newQuestion(leg.kept, c.read, c.filters, func(w *fingerprinter) bool { return c.describe(w) && a.describe(w) })
		if ok && a.axis != nil {
			ok = a.axis.ask(ask, c)
		}
		if ok {
			leg.portions = ask.portions(src.Parts(), c.read.Hints, q.skipsOf(c.read))
		}
		if anyKept(leg.portions) {
			some = true
		} else {
			none = none || !ok || slices.ContainsFunc(leg.portions, func(p portion) bool { return p.part.ID != "" })
		}
		f.legs = append(f.legs, leg)
	}
	if none || !some {
		// What is much and not kept is better aggregated by all workers.
		return nil, false, nil
	}
	r := &breaker{schema: a.node.Out, run: f.run}
	return &flow{q: q, schema: a.node.Out, source: counted(r, q.statsOf(a.node))}, true, nil
}

// splits reports whether the groups of parts can be kept, and merged into those of
// the whole.
func (a *aggregation) splits() bool {
	for _, g := range a.node.Aggs {
		if g.Pick != nil {
			continue
		}
		if !g.Fn.Splits() {
			return false
		}
		acc, err := newAccumulator(a.q.env, g)
		if err != nil {
			return false // run says so
		}
		k, ok := acc.(function.Keepable)
		if !ok || !k.Detach() {
			return false
		}
	}
	return true
}

// describe adds what is computed of the rows.
func (a *aggregation) describe(w *fingerprinter) bool {
	w.text("aggregate")
	if !w.exprs(a.node.Keys) {
		return false
	}
	for _, g := range a.node.Aggs {
		if p := g.Pick; p != nil {
			w.text("pick")
			w.number(int(p.Kind))
			if p.By != nil && !w.expr(p.By) || !w.exprs(p.Cols) {
				return false
			}
			continue
		}
		w.text(g.Fn.Name)
		w.text(g.Fn.Sig)
		w.text(g.Typ.String())
		if !w.exprs(g.Args) {
			return false
		}
	}
	return true
}

// A fragmentedAggregation merges the groups of its legs, in their order.
type fragmentedAggregation struct {
	*aggregation
	legs []aggregatedLeg
}

func (f *fragmentedAggregation) run(ctx context.Context) (column.Reader, error) {
	out, err := f.state()
	if err != nil {
		return nil, err
	}
	defer out.lease.release()
	into := &placed{state: out}
	for i := range f.legs {
		if err := f.legs[i].addTo(ctx, into); err != nil {
			return nil, err
		}
	}
	return f.result([]foundGroups{out})
}

// An aggregatedLeg is the groups of a chain: of its portions, if it is over a table in
// parts.
type aggregatedLeg struct {
	*aggregation
	chain    *chain
	kept     plan.Fragments
	portions []portion
}

// addTo merges the groups of the leg.
func (f *aggregatedLeg) addTo(ctx context.Context, into *placed) error {
	if f.chain.read == nil {
		s, err := f.over(ctx, f.chain.above(f.chain.below))
		if err != nil {
			return err
		}
		defer s.lease.release()
		s.rank()
		return into.add(s)
	}
	for from := 0; from < len(f.portions); {
		to := from + 1
		for to < len(f.portions) && f.together(f.portions[from], f.portions[to]) {
			to++
		}
		run := f.portions[from:to]
		from = to
		add := f.add
		if run[0].whole != nil {
			add = f.addWhole
		}
		if err := add(ctx, into, run); err != nil {
			return err
		}
	}
	return nil
}

// together reports whether two neighbours are handled at once: they are of one part
// whose groups are to be kept, or parts of which nothing is kept, nor to be.
func (f *aggregatedLeg) together(a, b portion) bool {
	if a.whole != nil || b.whole != nil {
		return a.whole == b.whole
	}
	return a.isPlain() && b.isPlain()
}

// placed is a state that others are merged into, behind each other.
type placed struct {
	state *aggState
	next  uint64
}

// add merges the groups of a state whose places of rows are ranks.
func (p *placed) add(s *aggState) error {
	base := rowID(p.next << rowBits)
	p.next++
	if !s.fed {
		return nil
	}
	p.state.fed = true
	return p.state.merge(s, base)
}

func (p *placed) addKept(k *keptGroups) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return p.add(k.state)
}

// addWhole adds the parts of a part, whose groups together are to be kept, too.
func (f *aggregatedLeg) addWhole(ctx context.Context, into *placed, run []portion) error {
	out, err := f.state()
	if err != nil {
		return err
	}
	defer out.lease.release()
	all := &placed{state: out}
	for i := range run {
		if err := f.add(ctx, all, run[i:i+1]); err != nil {
			return err
		}
	}
	out.rank()
	if k := f.keep(out, run[0].whole.key); k != nil {
		return into.addKept(k)
	}
	return into.add(out)
}

// add merges the groups of portions: one, or neighbours that are plain.
func (f *aggregatedLeg) add(ctx context.Context, into *placed, run []portion) error {
	if k, ok := run[0].kept.(*keptGroups); ok {
		return into.addKept(k)
	}
	parts := make([]plan.Source, len(run))
	for i, p := range run {
		parts[i] = p.part.Source
	}
	s, err := f.over(ctx, f.chain.over(parts))
	if err != nil {
		return err
	}
	defer s.lease.release()
	s.rank()
	if run[0].collect {
		if k := f.keep(s, run[0].key); k != nil {
			return into.addKept(k)
		}
	}
	return into.add(s)
}

// over computes the groups of the rows of n.
func (f *aggregatedLeg) over(ctx context.Context, n plan.Node) (*aggState, error) {
	in, err := f.rows(n)
	if err != nil {
		return nil, err
	}
	return f.fold(ctx, in)
}

// keep keeps the groups of a state, which is then only to be used as what it
// returns; nil if they are too large.
func (f *aggregatedLeg) keep(s *aggState, key [32]byte) *keptGroups {
	if s.size() > 2*fragmentBytes || !s.detach() {
		f.kept.Refuse(key)
		return nil
	}
	k := &keptGroups{state: s, bytes: s.size() + keptBytes}
	if k.bytes > fragmentBytes {
		f.kept.Refuse(key)
		return nil
	}
	f.kept.Put(key, k)
	return k
}

// keptBytes is what groups take besides their values, roughly.
const keptBytes = 512
