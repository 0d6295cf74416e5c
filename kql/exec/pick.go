package exec

import (
	"cmp"
	"math"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A pick is arg_max, arg_min or take_any over several columns. It keeps a
// reference to one row per group; the values of that row are read at the end, so
// that arg_max(t, *) over eighty columns reads, of all but one, only the rows
// that won. Among equals the first row wins.
type pick struct {
	by     *evaluator // nil for take_any
	cols   []*evaluator
	schema types.Schema
	best   pickOrder
	wins   []win // by group

	batches []*column.Batch // of cols; winners refer to them
	rows    int             // in batches
	settled int             // rows in batches after the last tidying
	bytes   int64
}

// A win is the row that a group has chosen.
type win struct {
	at    rowID
	batch uint32
	row   uint32
	set   bool
	null  bool // its By is null
}

// take makes row i of the batch that first begins the winner.
func (w *win) take(first win, i int) {
	*w = win{at: first.at + rowID(i), batch: first.batch, row: uint32(i), set: true}
}

// takeNull is take for a row whose By is null: it wins where none has been before.
func (w *win) takeNull(first win, i int) bool {
	if w.set {
		return false
	}
	w.take(first, i)
	w.null = true
	return true
}

func newPick(c *compiler, p *plan.Pick) *pick {
	out := &pick{cols: c.all(p.Cols)}
	for _, e := range p.Cols {
		out.schema.Columns = append(out.schema.Columns, types.Column{Type: e.Type()})
	}
	if p.By != nil {
		out.by = c.compile(p.By)
		out.best = newPickOrder(p.By.Type(), p.Kind == plan.PickMin)
	}
	return out
}

func (p *pick) update(at rowID, b *column.Batch, groups []uint32, total int) error {
	p.grow(total)
	won, err := p.compete(at, b, groups)
	if err != nil || !won {
		return err
	}
	cols, err := evalRaw(p.cols, b)
	if err != nil {
		return err
	}
	kept := column.NewBatch(b.Len(), cols)
	p.batches = append(p.batches, kept)
	p.rows += b.Len()
	p.bytes += batchSize(kept)
	if p.rows > 2*p.settled+tidyRows {
		p.tidy()
	}
	return nil
}

// tidyRows is how many rows a pick keeps, beside winners, before it looks for
// those that no group refers to any more.
const tidyRows = 1 << 17

func (p *pick) grow(total int) {
	for len(p.wins) < total {
		p.wins = append(p.wins, win{})
	}
	if p.best != nil {
		p.best.grow(total)
	}
}

// compete finds the rows of b that win, as rows of the batch that will be kept
// next, and reports whether there are any.
func (p *pick) compete(at rowID, b *column.Batch, groups []uint32) (won bool, err error) {
	first := win{at: at, batch: uint32(len(p.batches))}
	if p.by == nil {
		for i, g := range groups {
			if w := &p.wins[g]; !w.set {
				w.take(first, i)
				won = true
			}
		}
		return won, nil
	}
	c, err := p.by.eval(b)
	if err != nil {
		return false, err
	}
	p.best.load(c)
	return p.best.challenge(groups, p.wins, first), nil
}

// tidy replaces each batch by its rows that are still chosen.
func (p *pick) tidy() {
	lists := make([][]uint32, len(p.batches))
	for g := range p.wins {
		if w := &p.wins[g]; w.set {
			lists[w.batch] = append(lists[w.batch], w.row)
			w.row = uint32(len(lists[w.batch]) - 1)
		}
	}
	moved := make([]uint32, len(p.batches))
	kept := p.batches[:0]
	p.rows, p.bytes = 0, 0
	for i, rows := range lists {
		if len(rows) == 0 {
			continue
		}
		moved[i] = uint32(len(kept))
		b := p.batches[i].Gather(rows)
		kept = append(kept, b)
		p.rows += b.Len()
		p.bytes += batchSize(b)
	}
	clear(p.batches[len(kept):])
	p.batches, p.settled = kept, p.rows
	for g := range p.wins {
		if w := &p.wins[g]; w.set {
			w.batch = moved[w.batch]
		}
	}
}

func (p *pick) merge(from aggregator, groups []uint32, total int, at rowID) error {
	o := from.(*pick)
	p.grow(total)
	base := uint32(len(p.batches))
	p.batches = append(p.batches, o.batches...)
	p.rows += o.rows
	p.bytes += o.bytes
	for i, g := range groups {
		if i >= len(o.wins) || !o.wins[i].set {
			continue
		}
		w, theirs := &p.wins[g], o.wins[i]
		theirs.at += at
		if w.set && !p.loses(w, g, o, uint32(i), theirs) {
			continue
		}
		theirs.batch += base
		*w = theirs
		if p.best != nil && !theirs.null {
			p.best.copy(o.best, uint32(i), g)
		}
	}
	if p.rows > 2*p.settled+tidyRows {
		p.tidy()
	}
	return nil
}

// loses reports whether group g's winner w loses to theirs, that of group og of o.
func (p *pick) loses(w *win, g uint32, o *pick, og uint32, theirs win) bool {
	if w.null != theirs.null {
		return w.null
	}
	if p.best != nil && !w.null {
		if c := p.best.versus(o.best, og, g); c != 0 {
			return c > 0
		}
	}
	return theirs.at < w.at
}

func (p *pick) result(total int) ([]column.Column, error) {
	p.grow(total)
	kept := &stack{schema: p.schema}
	order := p.sourceOrder()
	place := make([]int, len(order)) // of a batch, in order
	for i, batch := range order {
		place[batch] = i
		if err := kept.add(p.batches[batch]); err != nil {
			return nil, err
		}
	}
	// A group without rows, the one of a summarize without keys, is null.
	null := uint32(kept.n)
	if err := kept.add(nullBatch(p.schema, 1)); err != nil {
		return nil, err
	}
	rows := make([]uint32, total)
	for g := range rows {
		rows[g] = null
		if w := p.wins[g]; w.set {
			rows[g] = kept.starts[place[w.batch]] + w.row
		}
	}
	b := kept.gather(rows)
	cols := make([]column.Column, b.Width())
	for i := range cols {
		cols[i] = b.Raw(i)
	}
	return cols, nil
}

// sourceOrder returns the batches in the order in which the source has their rows:
// neighbours may then be read at once, whichever worker has had them.
func (p *pick) sourceOrder() []int {
	firsts := make([]rowID, len(p.batches))
	order := make([]int, len(p.batches))
	for i := range order {
		order[i], firsts[i] = i, math.MaxUint64
	}
	for _, w := range p.wins {
		if w.set {
			firsts[w.batch] = min(firsts[w.batch], w.at)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(firsts[a], firsts[b]) })
	return order
}

func (p *pick) size() int64 { return p.bytes + 40*int64(len(p.wins)) }

// detach keeps the values that won, and nothing else, in memory of their own.
func (p *pick) detach() bool {
	p.tidy()
	for i, b := range p.batches {
		cols := make([]column.Column, b.Width())
		for c := range cols {
			col, err := b.Column(c)
			if err != nil {
				return false
			}
			cols[c] = column.Clone(col)
		}
		p.batches[i] = column.NewBatch(b.Len(), cols)
	}
	p.by, p.cols = nil, nil
	if p.best != nil {
		p.best.detach()
	}
	p.bytes = 0
	for _, b := range p.batches {
		p.bytes += batchSize(b)
	}
	return true
}
