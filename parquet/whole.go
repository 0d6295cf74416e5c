package parquet

import (
	"math"
	"slices"
	"sync"
	"sync/atomic"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A whole is a column of a row group that is decoded once for all parts of the
// group. Whoever needs it decodes pages of it, each one that nobody else has begun,
// until there are no more, and then one that the scan comes to soon: nobody waits
// while there is something to do.
type whole struct {
	chunk  chunk // of all rows
	index  int   // of the field
	column atomic.Pointer[column.Column]
	done   chan struct{} // closed when column or err is set

	mu      sync.Mutex
	begun   bool
	err     error
	layout  *layout
	all     *decoder   // whose memory those of the pages share
	pages   []*decoder // nil where not decoded yet
	next    int        // the first page that nobody has begun
	working int        // pages begun and not decoded
}

func newWhole(c chunk, index int) *whole {
	return &whole{chunk: c, index: index, done: make(chan struct{})}
}

// loaded reports whether the column is there.
func (w *whole) loaded() bool { return w.column.Load() != nil }

// load returns the column.
func (w *whole) load() (column.Column, error) {
	if c := w.column.Load(); c != nil {
		return *c, nil
	}
	w.begin()
	w.work(math.MaxInt)
	if w.column.Load() == nil {
		// Others decode the last pages. One page is enough: they take no longer.
		if next := w.ahead(); next != nil {
			next.work(1)
		}
	}
	<-w.done
	if c := w.column.Load(); c != nil {
		return *c, nil
	}
	return nil, w.err
}

// work decodes pages that nobody has begun, at most so many.
func (w *whole) work(most int) {
	r := &pageReader{g: w.chunk.scan.g, field: w.chunk.field, layout: w.layout, alone: w.chunk.isText()}
	defer r.giveBack()
	for range most {
		at, d := w.claim()
		if d == nil {
			return
		}
		w.settle(at, w.decode(r, at, d))
	}
}

// begin prepares the pages, or reads the column here where they are left to the
// library.
func (w *whole) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.begun {
		return
	}
	w.begun = true
	c := &w.chunk
	g := c.scan.g
	if !g.inPages(c.field) {
		col, err := c.Load(nil)
		w.end(col, err)
		return
	}
	l, err := g.layoutOf(c.field.leaf)
	if err != nil {
		w.end(nil, c.named(err))
		return
	}
	stored := c.field
	stored.to = stored.own
	w.layout, w.all, w.pages = l, newDecoder(stored, g.n), make([]*decoder, len(l.data))
	w.all.makeRoom()
}

// end sets what has become of the column. The caller holds w.mu.
func (w *whole) end(c column.Column, err error) {
	if w.err = err; err == nil {
		w.column.Store(&c)
	}
	w.all, w.pages, w.next = nil, nil, 0
	close(w.done)
}

// claim returns a page that nobody has begun, and the decoder for it; no decoder if
// there is no such page.
func (w *whole) claim() (at int, d *decoder) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.err != nil || w.next == len(w.pages) {
		return 0, nil
	}
	at = w.next
	w.next++
	w.working++
	w.pages[at] = w.all.within(w.layout.data[at].first, w.layout.end(at))
	return at, w.pages[at]
}

func (w *whole) decode(r *pageReader, at int, d *decoder) (err error) {
	defer recovered(r.g.file.path, &err)
	r.into = d
	v, err := r.wholePage(at)
	if err != nil {
		return err
	}
	defer r.g.file.memory.give(v.lent)
	return d.add(v, nil, 0, v.rows)
}

// settle notes that page at has been decoded, and makes the column if it was the
// last one.
func (w *whole) settle(at int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.working--
	if err != nil && w.err == nil {
		w.err = w.chunk.named(err)
	}
	if w.err == nil && w.pages[at].isFlat && w.all.flat == nil {
		w.all.flat = make([]string, w.chunk.to) // for the pages to come
	}
	switch {
	case w.working > 0 || w.err == nil && w.next < len(w.pages):
	case w.err != nil:
		w.end(nil, w.err)
	default:
		w.end(w.join())
	}
}

// join returns the column that the pages make up.
func (w *whole) join() (c column.Column, err error) {
	defer recovered(w.chunk.scan.g.file.path, &err)
	d := w.all
	if d.isFlat = slices.ContainsFunc(w.pages, func(p *decoder) bool { return p.isFlat }); d.isFlat {
		for i, p := range w.pages {
			if first := w.layout.data[i].first; p.flat == nil {
				p.flat = room(d.flat, first, first+p.rows)
			}
			p.flatten()
		}
	}
	for i, p := range w.pages {
		d.take(p, w.layout.data[i].first)
	}
	if c, err = d.finish(); err != nil {
		return nil, w.chunk.named(err)
	}
	return cast(c, w.chunk.field.to), nil
}

// isText reports whether the column is stored as text.
func (c *chunk) isText() bool { return c.field.from.kind == pq.ByteArray }

// makeRoom allocates what the decoders of pages then fill.
func (d *decoder) makeRoom() {
	n := d.capacity
	switch {
	case d.f.from.kind == pq.ByteArray:
		d.codes = uncleared[uint32](n)[:n]
	case d.f.to == types.Bool:
		d.bools = make([]bool, n)
	case d.f.to == types.Real:
		d.reals = make([]float64, n)
	case d.f.to == types.Decimal:
		d.decs = make([]types.Decimal128, n)
	case d.f.to == types.GUID:
		d.guids = make([]types.GUID128, n)
	default:
		d.ints = uncleared[int64](n)[:n]
	}
}

// within returns a decoder whose values are d's from from up to, not including, to.
func (d *decoder) within(from, to int) *decoder {
	p := newDecoder(d.f, to-from)
	p.codes, p.flat = room(d.codes, from, to), room(d.flat, from, to)
	p.bools, p.reals, p.ints = room(d.bools, from, to), room(d.reals, from, to), room(d.ints, from, to)
	p.decs, p.guids = room(d.decs, from, to), room(d.guids, from, to)
	return p
}

func room[T any](s []T, from, to int) []T {
	if s == nil {
		return nil
	}
	return s[from:from:to]
}

// take adds the rows of p, a page that begins at row first: its values are within
// d, or are text that was there before d had room for it.
func (d *decoder) take(p *decoder, first int) {
	d.rows += p.rows
	d.nullable = d.nullable || p.nullable
	if p.dict != nil && (d.dict == nil || len(p.dict.starts) > len(d.dict.starts)) {
		d.dict = p.dict
	}
	if d.isFlat {
		copy(d.flat[first:], p.flat)
	}
	for _, i := range p.missing {
		d.missing = append(d.missing, first+i)
	}
}
