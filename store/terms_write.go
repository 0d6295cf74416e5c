package store

import (
	"encoding/binary"
	"slices"
	"sync"
	"sync/atomic"
	"weak"

	"github.com/zeebo/xxh3"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

const (
	termsMagic = "CLYTERM2"
	// termRows is the number of rows that a filter is for.
	termRows = 1 << 14
	// termShare is what the index may take of a segment, in hundredths: the
	// columns that take most are left out until it does not take more.
	termShare = 14
	// termChunk is the number of bytes of filters that one checksum covers.
	termChunk = 1 << 12
	// termBytes bounds the filters that are in memory until the segment ends, and
	// blockTerms the terms of a column in one block: what has more is left out of
	// the index.
	termBytes  = 64 << 20
	blockTerms = 1 << 21
)

// A termWriter collects the term index of a segment.
type termWriter struct {
	schema types.Schema
	cols   []*termColumn // of text and dynamic columns
	at     []int         // their places in the schema
	per    int           // rows of a block
	rows   int
}

// A termColumn collects the filters of one column.
type termColumn struct {
	name    string
	tok     tokenizer
	set     hashSet
	values  hashSet          // of the values whose terms are in set, while they repeat
	n       int              // of values met
	known   column.Numbering // which values of a dictionary are in the set
	filters []termFilter     // of the blocks that are full
	bytes   int
	like    int  // size of the first filter that is not empty, which others get, too
	out     bool // of the index
}

func newTermWriter(s types.Schema) *termWriter {
	w := &termWriter{schema: s, per: termRows}
	for i, c := range s.Columns {
		if c.Type == types.String || c.Type == types.Dynamic {
			w.cols = append(w.cols, &termColumn{name: c.Name})
			w.at = append(w.at, i)
		}
	}
	return w
}

// write adds the rows of b, whose columns are those of the segment.
func (w *termWriter) write(b *column.Batch) error {
	cols := make([]column.Column, len(w.cols))
	for i, at := range w.at {
		c, err := b.Column(at)
		if err != nil {
			return err
		}
		cols[i] = c
	}
	for from := 0; from < b.Len(); {
		to := min(b.Len(), from+w.per-w.rows%w.per)
		w.each(func(i int) { w.cols[i].add(cols[i], from, to) })
		w.rows += to - from
		from = to
		if w.rows%w.per == 0 {
			w.each(func(i int) { w.cols[i].finishBlock(false) })
			w.leaveOut(termBytes)
		}
	}
	return nil
}

// held returns how many bytes of filters are in memory.
func (w *termWriter) held() (n int64) {
	for _, c := range w.cols {
		n += int64(c.bytes)
	}
	return n
}

// leaveOut leaves the columns out that take most until there are no more bytes of
// filters than given.
func (w *termWriter) leaveOut(most int64) {
	for w.held() > most {
		slices.MaxFunc(w.cols, func(a, b *termColumn) int { return a.bytes - b.bytes }).leave()
	}
}

// leave leaves a column out.
func (c *termColumn) leave() { *c = termColumn{name: c.name, out: true} }

// each calls f for every column, on all cores.
func (w *termWriter) each(f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(workers(), len(w.cols)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(w.cols) {
					return
				}
				f(i)
			}
		})
	}
	wg.Wait()
}

func (c *termColumn) add(col column.Column, from, to int) {
	if c.out {
		return
	}
	switch v := col.(type) {
	case *column.Const:
		c.add(v.One, 0, 1)
	case *column.Dict:
		if v.Values.Len() == 0 {
			return
		}
		text := textAt(v.Values)
		known := c.known.Known(firstOf(v.Values), v.Values.Len())
		for _, code := range v.Codes[from:to] {
			if known[code] == column.Unnumbered {
				known[code] = 0
				c.value(text(int(code)))
			}
		}
	default:
		text := textAt(col)
		for i := from; i < to; i++ {
			c.value(text(i))
		}
	}
}

func (c *termColumn) value(s string) {
	// Where nearly all are different it is not worth asking.
	if d := len(c.values.all); d < leastValues || 10*d < 9*c.n {
		c.n++
		if !c.values.add(xxh3.HashString(s)) {
			return
		}
	}
	for _, h := range c.tok.value(s) {
		c.set.add(h)
	}
	if len(c.set.all) > blockTerms {
		c.leave()
	}
}

// leastValues is how many different values are met before repeats are given up.
const leastValues = 512

// textAt returns the text of a row as string operators see it.
func textAt(c column.Column) func(i int) string {
	switch v := c.(type) {
	case *column.Vec[string]:
		return func(i int) string { return v.Vals[i] }
	case *column.Vec[dynamic.Value]:
		return func(i int) string {
			if v.Vals[i].IsNull() {
				return ""
			}
			return v.Vals[i].String()
		}
	}
	return func(int) string { return "" }
}

// firstOf returns what stands for a dictionary, also once it has grown, and does not
// keep it in memory: of large texts, a dictionary may have tens of megabytes.
func firstOf(c column.Column) any {
	switch v := c.(type) {
	case *column.Vec[string]:
		return weak.Make(&v.Vals[0])
	case *column.Vec[dynamic.Value]:
		return weak.Make(&v.Vals[0])
	}
	return c
}

// finishBlock makes the filter of the rows since the last one. It gets the size of
// those before, if that is about right: see woven.
func (c *termColumn) finishBlock(last bool) {
	if c.out {
		return
	}
	size := filterBytes(len(c.set.all))
	switch {
	case c.like == 0 && size > 0:
		if size < smallFilter {
			size += size/(4*filterBlock)*filterBlock + filterBlock // a few terms more or less
		}
		c.like = size
	case size > c.like+c.like/8, 2*size < c.like && !(last && len(c.filters) > 2):
	default:
		size = c.like
	}
	f := make(termFilter, size)
	for _, h := range c.set.all {
		f.insert(h)
	}
	c.filters = append(c.filters, f)
	c.bytes += len(f)
	c.set.reset()
	c.values.reset()
	c.n = 0
	c.known = column.Numbering{}
}

// finish returns the index as the parts of a file, for a segment of so many bytes
// whose checksums have the checksum given.
func (w *termWriter) finish(segment int64, sums uint32) [][]byte {
	if w.rows%w.per != 0 {
		w.each(func(i int) { w.cols[i].finishBlock(true) })
	}
	w.leaveOut(segment * termShare / 100)
	cols := slices.DeleteFunc(slices.Clone(w.cols), func(c *termColumn) bool { return c.out })
	slices.SortStableFunc(cols, func(a, b *termColumn) int { return a.bytes - b.bytes })
	var out [][]byte
	chunks := chunkSums{}
	foot := []byte(termsMagic)
	foot = binary.LittleEndian.AppendUint32(foot, sums)
	foot = binary.AppendUvarint(foot, uint64(w.rows))
	foot = binary.AppendUvarint(foot, uint64(w.per))
	foot = binary.AppendUvarint(foot, uint64(len(cols)))
	for _, c := range cols {
		foot = appendText(foot, c.name)
		foot = binary.AppendUvarint(foot, uint64(len(c.filters)))
		if b, ok := c.woven(); ok {
			foot = binary.AppendUvarint(append(foot, 1), uint64(c.like/filterBlock))
			out = append(out, b)
			chunks.add(b)
			c.filters = nil // they are in b
			continue
		}
		foot = append(foot, 0)
		for _, f := range c.filters {
			foot = binary.AppendUvarint(foot, uint64(len(f)/filterBlock))
			out = append(out, f)
			chunks.add(f)
		}
	}
	foot = append(foot, chunks.finish()...)
	foot = binary.LittleEndian.AppendUint32(foot, checksum(foot))
	foot = binary.LittleEndian.AppendUint32(foot, uint32(len(foot)))
	return append(out, foot)
}

// chunkSums are the checksums of each termChunk bytes of what is added.
type chunkSums struct {
	sums []byte
	sum  uint32
	n    int // bytes of the chunk that is not full
}

func (s *chunkSums) add(b []byte) {
	for len(b) > 0 {
		take := min(len(b), termChunk-s.n)
		s.sum, s.n = moreChecksum(s.sum, b[:take]), s.n+take
		if b = b[take:]; s.n == termChunk {
			s.end()
		}
	}
}

func (s *chunkSums) end() {
	s.sums = binary.LittleEndian.AppendUint32(s.sums, s.sum)
	s.sum, s.n = 0, 0
}

func (s *chunkSums) finish() []byte {
	if s.n > 0 {
		s.end()
	}
	return s.sums
}
