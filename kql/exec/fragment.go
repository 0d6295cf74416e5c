package exec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// fragmentBytes bounds what is kept of a part. More is better computed again.
const fragmentBytes = 4 << 20

// keptRows are the rows that a filter leaves of a part. It implements plan.Answer.
type keptRows struct {
	batches []*column.Batch
	bytes   int64
}

// Size implements plan.Answer.
func (k *keptRows) Size() int64 { return k.bytes }

// buildFragments makes the flow of a filter over a table in parts, of which the
// rows that the filter leaves are kept, and taken from there where they are kept
// already. It is !ok where that is not possible.
func (q *query) buildFragments(n *plan.Filter) (*flow, bool) {
	read, ok := n.Input.(*plan.Read)
	if !ok || read.Limit > 0 {
		return nil, false
	}
	src, ok := read.Source.(plan.Parted)
	if !ok || src.Fragments() == nil {
		return nil, false
	}
	ask, _ := newQuestion(src.Fragments(), read, []plan.Expr{n.Cond}, nil)
	r := &fragmentReader{
		schema: read.Schema(), table: read.Table, kept: src.Fragments(),
		scan: plan.Scan{Columns: read.Columns, Hints: read.Hints, BatchRows: q.BatchRows, Skips: &plan.Skips{}},
		of:   map[*column.Batch]fragmentBatch{},
	}
	stats := q.statsOf(read)
	if stats != nil {
		r.scan.Skips = &stats.skips
	}
	r.portions = ask.portions(src.Parts(), read.Hints, r.scan.Skips)
	if !anyKept(r.portions) {
		return nil, false
	}
	in := &flow{q: q, schema: r.schema, source: counted(r, stats)}
	return in.then(n.Schema(), q.statsOf(n), func() (stage, error) {
		// What is kept has the condition's columns, too: it is asked again.
		c := newCompiler(q)
		c.spent = n.Spent
		return &fragmentFilter{filter: filter{cond: c.selector(n.Cond)}, whole: filter{cond: newCompiler(q).selector(n.Cond)}, in: r}, nil
	}), true
}

// A fragmentReader reads parts, or what is kept of them.
type fragmentReader struct {
	schema   types.Schema
	table    string
	kept     plan.Fragments
	scan     plan.Scan
	portions []portion
	in       column.Reader // the current part's; nil before and behind it
	into     *fragment     // what collects the current part; nil if it is not kept
	closed   bool

	mu sync.Mutex
	of map[*column.Batch]fragmentBatch // batches on their way to the filter
}

// A fragmentBatch says which fragment a batch belongs to, and its place there.
type fragmentBatch struct {
	f  *fragment
	at int
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
			p := r.portions[0]
			r.portions = r.portions[1:]
			if err := r.open(ctx, p); err != nil {
				return nil, err
			}
		}
		b, err := r.in.Next(ctx)
		if errors.Is(err, io.EOF) {
			err = r.in.Close()
			r.in = nil
			if r.into != nil && err == nil {
				r.into.add(nil, 0, -1)
			}
			r.into = nil
			if err == nil {
				continue
			}
		}
		if err != nil {
			return nil, err
		}
		if r.into != nil && b.Len() > 0 {
			r.mu.Lock()
			r.of[b] = fragmentBatch{r.into, r.into.begin()}
			r.mu.Unlock()
		}
		return b, nil
	}
}

func (r *fragmentReader) open(ctx context.Context, p portion) (err error) {
	if rows, ok := p.kept.(*keptRows); ok {
		p.whole.addRows(r.kept, p.at, rows)
		r.in = &batchReader{schema: r.schema, batches: rows.batches, rows: r.scan.BatchRows}
		return nil
	}
	if p.collect {
		r.into = &fragment{kept: r.kept, key: p.key, left: 1, whole: p.whole, place: p.at}
	}
	if r.in, err = p.part.Source.Open(ctx, r.scan); err != nil {
		return fmt.Errorf("table %s: %w", r.table, err)
	}
	return nil
}

// take returns what a batch belongs to.
func (r *fragmentReader) take(b *column.Batch) fragmentBatch {
	r.mu.Lock()
	defer r.mu.Unlock()
	of := r.of[b]
	delete(r.of, b)
	return of
}

// A fragmentFilter is a filter that hands what it leaves to fragments, too.
type fragmentFilter struct {
	filter
	whole filter // leaves the columns that it reads as they are
	in    *fragmentReader
}

func (f *fragmentFilter) apply(b *column.Batch, emit func(*column.Batch) error) error {
	of := f.in.take(b)
	if of.f == nil {
		return f.filter.apply(b, emit)
	}
	if of.f.isTooLarge() {
		of.f.add(nil, of.at, -1)
		return f.filter.apply(b, emit)
	}
	var out *column.Batch // a filter emits one batch at most
	err := f.whole.apply(b, func(b *column.Batch) error {
		out = b
		return emit(b)
	})
	if err == nil {
		of.f.add(out, of.at, -1)
	}
	return err
}

// A fragment is what a filter leaves of a part, while it is collected. It is kept
// once every batch has been added: one that a query which ends early has not asked
// for, or that failed, never is.
type fragment struct {
	kept  plan.Fragments
	key   [32]byte
	whole *joint // that it is a part of; may be nil
	place int    // in whole

	mu      sync.Mutex
	batches []placedBatch
	bytes   int64
	next    int
	left    int // batches under way, and one for those that may still come
}

type placedBatch struct {
	at int
	b  *column.Batch
}

// begin returns the place of the next batch.
func (f *fragment) begin() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.left++
	f.next++
	return f.next - 1
}

// add takes what is left of the batch at a place, nil for nothing, and keeps the
// fragment if it was the last one.
func (f *fragment) add(b *column.Batch, at, done int) {
	f.mu.Lock()
	f.left += done
	last := f.left == 0
	was := f.bytes
	if b != nil {
		f.bytes += int64(b.Len() * b.Width() * 4) // at least
		f.batches = append(f.batches, placedBatch{at, b})
	}
	tooLarge := f.bytes > fragmentBytes
	if tooLarge {
		f.batches = nil
	}
	f.mu.Unlock()
	switch {
	case tooLarge && was <= fragmentBytes:
		f.kept.Refuse(f.key)
	case last && !tooLarge:
		f.keep()
	}
}

func (f *fragment) isTooLarge() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bytes > fragmentBytes
}

// keep copies the rows, so that they hold on to nothing else, and keeps them.
func (f *fragment) keep() {
	slices.SortFunc(f.batches, func(a, b placedBatch) int { return cmp.Compare(a.at, b.at) })
	var out []*column.Batch
	bytes := int64(256)
	for _, p := range f.batches {
		cols := make([]column.Column, p.b.Width())
		for i := range cols {
			c, err := p.b.Column(i)
			if err != nil {
				return // whoever reads the column says so
			}
			cols[i] = column.Clone(c)
			bytes += columnSize(cols[i])
		}
		if bytes > fragmentBytes {
			f.kept.Refuse(f.key)
			return
		}
		out = append(out, column.NewBatch(p.b.Len(), cols))
	}
	rows := &keptRows{out, bytes}
	f.kept.Put(f.key, rows)
	f.whole.addRows(f.kept, f.place, rows)
}
