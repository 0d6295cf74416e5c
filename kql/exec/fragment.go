package exec

import (
	"context"
	"errors"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// fragmentBytes bounds what is kept of a part. More is better computed again.
const fragmentBytes = 4 << 20

// keptRows are what a chain makes of a part. It implements plan.Answer.
type keptRows struct {
	batches []*column.Batch
	bytes   int64
}

// Size implements plan.Answer.
func (k *keptRows) Size() int64 { return k.bytes }

// rowFragments makes the flow of a chain over a table in parts, whose rows are kept
// part by part: only the parts of which nothing is kept are read. It is !ok where that
// is not possible, or would keep nothing: of all rows of a table, for one.
func (q *query) rowFragments(n plan.Node) (f *flow, ok bool, err error) {
	if _, isUnion := n.(*plan.Union); isUnion || !isChain(n) {
		return nil, false, nil
	}
	chains, err := q.chainsBelow(n)
	if err != nil || len(chains) != 1 || chains[0].read == nil || !chains[0].drops() {
		return nil, false, err
	}
	f, ok = q.fragmentsOf(chains[0].whole(), n)
	return f, ok, nil
}

// fragmentsOf makes the flow of a chain's rows, which have the columns of n, the operator
// that is told what they took; !ok if nothing of them is kept or is to be.
func (q *query) fragmentsOf(c *chain, n plan.Node) (*flow, bool) {
	src := c.read.Source.(plan.Parted)
	ask, ok := newQuestion(src.Fragments(), c.read, c.filters, c.describe)
	if !ok {
		return nil, false
	}
	portions := ask.portions(src.Parts(), c.read.Hints, q.skipsOf(c.read))
	if !anyKept(portions) {
		return nil, false
	}
	r := &fragmentReader{chain: c, schema: n.Schema(), kept: src.Fragments(), portions: portions, stats: q.statsOf(n)}
	return &flow{q: q, schema: r.schema, source: r}, true
}

// skipsOf returns where to count what reading a table has passed over.
func (q *query) skipsOf(n *plan.Read) *plan.Skips {
	if s := q.statsOf(n); s != nil {
		return &s.skips
	}
	return &plan.Skips{}
}

// A fragmentReader yields what a chain makes of parts, in their order, or what is
// kept of that.
type fragmentReader struct {
	chain    *chain
	schema   types.Schema
	kept     plan.Fragments
	portions []portion
	stats    *OpStats      // of the topmost operator; may be nil
	in       column.Reader // the current parts'; nil before and behind them
	into     *fragment     // what collects the current part; nil if it is not kept
	stored   bool          // the current part was kept before
	closed   bool
}

func (r *fragmentReader) Schema() types.Schema { return r.schema }

func (r *fragmentReader) Close() error {
	r.closed = true
	if r.in == nil {
		return nil
	}
	return r.in.Close()
}

func (r *fragmentReader) Next(ctx context.Context) (*column.Batch, error) {
	if r.closed {
		return nil, errClosed
	}
	for {
		if r.in == nil {
			if len(r.portions) == 0 {
				return nil, io.EOF
			}
			if err := r.open(); err != nil {
				return nil, err
			}
		}
		b, err := r.in.Next(ctx)
		if err == nil {
			if r.into != nil {
				r.into.add(b)
			}
			if r.stored && r.stats != nil {
				r.stats.count(b)
			}
			return b, nil
		}
		if !errors.Is(err, io.EOF) {
			return nil, err
		}
		in, into := r.in, r.into
		r.in, r.into = nil, nil
		if err := in.Close(); err != nil {
			return nil, err
		}
		if into != nil {
			into.keep()
		}
	}
}

// open begins the next portion, or the next ones together if nothing is kept of them.
func (r *fragmentReader) open() error {
	p := r.portions[0]
	n := 1
	rows, stored := p.kept.(*keptRows)
	r.stored = stored
	switch {
	case stored:
		p.whole.addRows(r.kept, p.at, rows)
		r.in = &batchReader{schema: r.schema, batches: rows.batches, rows: r.chain.q.BatchRows}
	case p.collect:
		r.into = &fragment{kept: r.kept, of: p}
	default:
		for n < len(r.portions) && r.portions[n].isPlain() && p.whole == nil && r.portions[n].whole == nil {
			n++
		}
	}
	if !stored {
		parts := make([]plan.Source, n)
		for i, p := range r.portions[:n] {
			parts[i] = p.part.Source
		}
		f, err := r.chain.q.build(r.chain.over(parts))
		if err != nil {
			return err
		}
		r.in = f.reader()
	}
	r.portions = r.portions[n:]
	return nil
}

// A fragment is what a chain makes of a part, while it is collected. It is kept once
// all of it has been read: one that a query which ends early has not asked for, or
// that failed, never is.
type fragment struct {
	kept    plan.Fragments
	of      portion
	batches []*column.Batch
	bytes   int64
}

func (f *fragment) add(b *column.Batch) {
	if f.bytes <= fragmentBytes {
		f.bytes += int64(b.Len() * b.Width() * 4) // at least
		f.batches = append(f.batches, b)
	}
	if f.bytes > fragmentBytes {
		f.batches = nil
	}
}

// keep copies the rows, so that they hold on to nothing else, and keeps them.
func (f *fragment) keep() {
	if f.bytes > fragmentBytes {
		f.kept.Refuse(f.of.key)
		return
	}
	rows := &keptRows{bytes: 256}
	for _, b := range f.batches {
		cols := make([]column.Column, b.Width())
		for i := range cols {
			c, err := b.Column(i)
			if err != nil {
				return // whoever reads the column says so
			}
			cols[i] = column.Clone(c)
			rows.bytes += columnSize(cols[i])
		}
		if rows.bytes > fragmentBytes {
			f.kept.Refuse(f.of.key)
			return
		}
		rows.batches = append(rows.batches, column.NewBatch(b.Len(), cols))
	}
	f.kept.Put(f.of.key, rows)
	f.of.whole.addRows(f.kept, f.of.at, rows)
}
