package parquet

import (
	"sync"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
)

// partRows is the number of rows in a batch. A row group is handed out in parts
// so that near-unique text, which takes most of the memory, is decoded a part at
// a time.
const partRows = 1 << 15

// A group is a row group.
type group struct {
	file *File
	rg   pq.RowGroup
	n    int
	// bytes is the uncompressed size of each column.
	bytes []int64

	mu   sync.Mutex
	kept *scannedGroup // nil unless columns are kept in memory
}

func newGroup(f *File, index int, keep bool) *group {
	rg := f.pf.RowGroups()[index]
	g := &group{file: f, rg: rg, n: int(rg.NumRows())}
	for _, c := range f.pf.Metadata().RowGroups[index].Columns {
		g.bytes = append(g.bytes, c.MetaData.TotalUncompressedSize)
	}
	if keep {
		g.kept = &scannedGroup{g: g, keep: true, whole: map[int]*column.Lazy{}}
	}
	return g
}

// scan returns the group for one scan of it, or for all scans if columns are
// kept.
func (g *group) scan() *scannedGroup {
	if g.kept != nil {
		return g.kept
	}
	return &scannedGroup{g: g, whole: map[int]*column.Lazy{}}
}

// A scannedGroup hands out a row group in parts. Columns that are small in
// memory are decoded once for all parts; the others part by part.
type scannedGroup struct {
	g     *group
	keep  bool
	whole map[int]*column.Lazy // by field; guarded by g.mu
}

// batch returns rows from up to, not including, to, with the fields given, all
// lazy.
func (s *scannedGroup) batch(fields []int, from, to int) *column.Batch {
	cols := make([]column.Column, len(fields))
	for i, f := range fields {
		field := s.g.file.fields[f]
		var l column.Loader = &chunk{group: s.g, field: field, from: from, to: to}
		if s.keep || s.g.isSmall(field) {
			l = &part{whole: s.wholeOf(f), chunk: chunk{group: s.g, field: field, from: from, to: to}, keep: s.keep}
		}
		cols[i] = column.NewLazy(field.to, to-from, l)
	}
	return column.NewBatch(to-from, cols)
}

func (s *scannedGroup) wholeOf(f int) *column.Lazy {
	s.g.mu.Lock()
	defer s.g.mu.Unlock()
	l := s.whole[f]
	if l == nil {
		field := s.g.file.fields[f]
		l = column.NewLazy(field.to, s.g.n, &chunk{group: s.g, field: field, to: s.g.n})
		s.whole[f] = l
	}
	return l
}

// smallBytes is the size of a value, uncompressed in the file, below which a
// column is small: numbers, and text that repeats.
const smallBytes = 16

// isSmall reports whether the whole column of the group takes little memory.
func (g *group) isSmall(f field) bool {
	return g.bytes[f.leaf] <= smallBytes*int64(g.n)
}

// A part is a range of rows of a column that is decoded as a whole.
type part struct {
	whole *column.Lazy
	chunk chunk
	keep  bool
}

// Load implements column.Loader. Few rows are read by themselves, unless the
// whole column has been decoded or is to be kept.
func (p *part) Load(rows []uint32) (column.Column, error) {
	if !p.keep && !p.whole.Loaded() && p.chunk.isSparse(rows) {
		return p.chunk.Load(rows)
	}
	c, err := column.Force(p.whole)
	if err != nil {
		return nil, err
	}
	c = column.Slice(c, p.chunk.from, p.chunk.to)
	if rows != nil {
		c = column.Gather(c, rows)
	}
	return c, nil
}
