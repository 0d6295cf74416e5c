package parquet

import (
	"slices"
	"sync"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// A group is a row group.
type group struct {
	file  *File
	index int
	rg    pq.RowGroup
	n     int
	// bytes is the uncompressed size of each column, of integers the decoded one; direct
	// whether its pages are decoded here.
	bytes  []int64
	direct []bool

	mu      sync.Mutex
	layouts map[int]*layout // by leaf
	spent   map[int]bool    // columns whose pages have been counted, by leaf
	kept    *scannedGroup   // nil unless columns are kept in memory
}

func newGroup(f *File, index int, keep bool) *group {
	rg := f.pf.RowGroups()[index]
	g := &group{file: f, index: index, rg: rg, n: int(rg.NumRows()), layouts: map[int]*layout{}}
	columns := f.pf.Metadata().RowGroups[index].Columns
	g.direct = make([]bool, len(columns))
	for _, c := range columns {
		size := c.MetaData.TotalUncompressedSize
		if slices.Contains(c.MetaData.Encoding, format.DeltaBinaryPacked) {
			size = max(size, wordSize*int64(g.n))
		}
		g.bytes = append(g.bytes, size)
	}
	for _, f := range f.fields {
		if f.nested == nil {
			g.direct[f.leaf] = isDirect(f, columns[f.leaf])
			continue
		}
		for i := 1; i < f.nested.to; i++ {
			g.bytes[f.leaf] += g.bytes[f.leaf+i] // all are read together
		}
	}
	if keep {
		g.kept = newScannedGroup(g)
		g.kept.keep = true
	}
	return g
}

// scan returns the group for one scan of it, or for all scans if columns are
// kept.
func (g *group) scan() *scannedGroup {
	if g.kept != nil {
		return g.kept
	}
	return newScannedGroup(g)
}

const (
	// partRows and partBytes bound a batch. A row group is handed out in parts
	// so that near-unique text, which takes most of the memory, is decoded a
	// part at a time. It has leastRows, unless they are so large that it would be
	// hugeParts times as large as it should be.
	partRows  = 1 << 15
	partBytes = 8 << 20
	leastRows = 1 << 12
	hugeParts = 8
)

// partOf returns the number of rows of a batch.
func (g *group) partOf(s plan.Scan) int {
	rows, all := partRows, int64(0)
	for _, f := range s.Columns {
		if b := g.bytes[g.file.fields[f].leaf]; b > 0 {
			rows = min(rows, int(partBytes*int64(g.n)/b))
			all += b
		}
	}
	if s.BatchBytes > 0 {
		rows = min(rows, int(s.BatchBytes*int64(g.n)/max(1, all)))
	} else {
		rows = max(rows, min(leastRows, hugeParts*rows))
	}
	if rows < 64 {
		return max(rows, 1)
	}
	return rows &^ 63
}

// partEnd returns where a part of some rows, which begins at from, should end:
// where a page of the widest column does, if that is near.
func (g *group) partEnd(fields []int, from, rows int) int {
	end := (from/rows + 1) * rows
	widest := -1
	for _, f := range fields {
		if leaf := g.file.fields[f].leaf; g.direct[leaf] && (widest < 0 || g.bytes[leaf] > g.bytes[widest]) {
			widest = leaf
		}
	}
	if widest < 0 || end >= g.n {
		return end
	}
	l, err := g.layoutOf(widest)
	if err != nil {
		return end // whoever reads the column will say so
	}
	at := l.page(end)
	if first := l.data[at].first; first > from && first >= from+rows/2 {
		return first
	}
	if behind := l.end(at); behind <= from+rows+rows/4 {
		return behind
	}
	return end
}

// A scannedGroup hands out a row group in parts. Columns that are small in
// memory are decoded once for all parts; the others part by part.
type scannedGroup struct {
	g    *group
	keep bool
	ahead

	mu      sync.Mutex
	over    bool            // no more parts will be handed out
	whole   map[int]*whole  // by field
	finders map[int]*finder // likewise, of columns that are kept
	pages   map[pageKey]*sharedPage
}

func newScannedGroup(g *group) *scannedGroup {
	return &scannedGroup{g: g, whole: map[int]*whole{}, finders: map[int]*finder{}, pages: map[pageKey]*sharedPage{}}
}

// batch returns rows from up to, not including, to, with the scan's columns, all
// lazy.
func (s *scannedGroup) batch(scan plan.Scan, from, to int) *column.Batch {
	// All small columns together are not small.
	apart := scan.BatchBytes > 0
	cols := make([]column.Column, len(scan.Columns))
	for i, f := range scan.Columns {
		c := chunk{scan: s, field: s.g.file.fields[f], from: from, to: to}
		var l column.Loader = &c
		if s.keep || !apart && s.g.isSmall(c.field) {
			l = &part{whole: s.wholeOf(f), chunk: c, keep: s.keep}
		}
		cols[i] = column.NewLazy(c.field.to, to-from, l)
	}
	return column.NewBatch(to-from, cols)
}

func (s *scannedGroup) wholeOf(f int) *whole {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wholeLocked(f)
}

func (s *scannedGroup) wholeLocked(f int) *whole {
	w := s.whole[f]
	if w == nil {
		w = newWhole(chunk{scan: s, field: s.g.file.fields[f], to: s.g.n}, f)
		s.whole[f] = w
	}
	return w
}

type pageKey struct{ leaf, page int }

// A sharedPage is a decoded page that several parts have rows of.
type sharedPage struct {
	once   sync.Once
	values *values
	err    error
	left   int // rows that no part has taken yet
}

// shared returns the page that read decodes, of rows rows, and forgets it when
// all of them have been taken; take of them now.
func (s *scannedGroup) shared(key pageKey, rows, take int, read func() (*values, error)) (*values, error) {
	s.mu.Lock()
	p := s.pages[key]
	if p == nil {
		p = &sharedPage{left: rows}
		s.pages[key] = p
	}
	if p.left -= take; p.left <= 0 {
		delete(s.pages, key)
	}
	s.mu.Unlock()
	p.once.Do(func() {
		p.err = errPageHeader // unless read returns
		p.values, p.err = read()
	})
	return p.values, p.err
}

// handedOut says that no more batches will be asked for. Those that were have what
// they need of the columns that are decoded as a whole.
func (s *scannedGroup) handedOut() {
	if s.keep {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over = true
	clear(s.whole)
}

// forget drops the pages that wait for parts which have not been read, and the way
// to the next group.
func (s *scannedGroup) forget() {
	s.next.Store(nil)
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.pages)
}

// smallBytes is the size of a value, uncompressed in the file, below which a
// column is small: numbers, and text that repeats.
const smallBytes = 16

// isSmall reports whether the whole column of the group takes little memory.
func (g *group) isSmall(f field) bool {
	return f.nested == nil && g.bytes[f.leaf] <= smallBytes*int64(g.n)
}

// inPages reports whether the column is decoded page by page, here.
func (g *group) inPages(f field) bool { return f.nested == nil && g.direct[f.leaf] && g.n > 0 }

// A part is a range of rows of a column that is decoded as a whole.
type part struct {
	whole *whole
	chunk chunk
	keep  bool
}

// Load implements column.Loader. Few rows are read by themselves, unless the
// whole column has been decoded or is to be kept.
func (p *part) Load(rows []uint32) (column.Column, error) {
	if !p.keep && !p.whole.loaded() && p.chunk.isSparse(rows, rare) {
		return p.chunk.Load(rows)
	}
	c, err := p.whole.load()
	if err != nil {
		return nil, err
	}
	c = column.Slice(c, p.chunk.from, p.chunk.to)
	if rows != nil {
		c = column.Gather(c, rows)
	}
	return c, nil
}

// Identity implements column.Identified.
func (p *part) Identity() any { return p.chunk.Identity() }

// Join implements column.Joinable.
func (p *part) Join(rows []uint32, next column.Loader, nextRows []uint32) (column.Loader, []uint32, bool) {
	n, ok := next.(*part)
	if !ok {
		return nil, nil, false
	}
	both, all, ok := p.chunk.Join(rows, &n.chunk, nextRows)
	if !ok {
		return nil, nil, false
	}
	return &part{whole: p.whole, chunk: *both.(*chunk), keep: p.keep}, all, true
}

// Bounds implements column.Bounded.
func (p *part) Bounds() (low, high int64, ok bool) { return p.chunk.Bounds() }
