package parquet

import (
	"hash/maphash"
	"math/bits"
	"slices"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A finder knows where the texts of a column are that is kept in memory and hardly
// repeats: identifiers. A few of them are then looked up instead of being looked
// for in every row. It takes six bytes a row.
type finder struct {
	making sync.Once
	seed   maphash.Seed
	shift  int
	texts  []string // nil if the column is none to be found in
	starts []uint32 // where each bucket's rows are in rows
	rows   []uint32 // by bucket, and ascending in each
}

const (
	// bucketRows is about how many rows a bucket has, if no text repeats.
	bucketRows = 2
	// worthFinding is how many rows there must be for each text that is asked for:
	// a row after the other is faster than here and there.
	worthFinding = 32
)

// make fills the finder.
func (f *finder) make(texts []string) {
	f.seed, f.texts = maphash.MakeSeed(), texts
	f.shift = 64 - max(bits.Len(uint(len(texts)/bucketRows)), 1)
	f.starts = make([]uint32, 1<<(64-f.shift)+1)
	buckets := make([]uint32, len(texts))
	for i, s := range texts {
		b := f.bucket(s)
		buckets[i] = b
		f.starts[b+1]++
	}
	for b := range f.starts[1:] {
		f.starts[b+1] += f.starts[b]
	}
	f.rows = make([]uint32, len(texts))
	next := slices.Clone(f.starts)
	for i, b := range buckets {
		f.rows[next[b]] = uint32(i)
		next[b]++
	}
}

func (f *finder) bucket(s string) uint32 { return uint32(maphash.String(f.seed, s) >> f.shift) }

// find returns the rows whose text is one of wanted, ascending.
func (f *finder) find(wanted []string) []uint32 {
	rows := []uint32{}
	for _, s := range wanted {
		b := f.bucket(s)
		for _, row := range f.rows[f.starts[b]:f.starts[b+1]] {
			if f.texts[row] == s {
				rows = append(rows, row)
			}
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

// found returns the rows that fulfil one of the hints, ascending, where that hint
// is on a column that has been read and is kept; !known if none is.
func (g *group) found(hints []plan.Hint) (rows []uint32, known bool) {
	if g.kept == nil {
		return nil, false
	}
	for _, h := range hints {
		if h.Op != plan.HintIn || h.Values.Type() != types.String || h.Values.Len()*worthFinding > g.n {
			continue
		}
		if f := g.kept.finderOf(h.Column); f != nil {
			return f.find(column.FlatVec[string](h.Values).Vals), true
		}
	}
	return nil, false
}

// finderOf returns the finder of a column, nil if it has none or has not been read.
func (s *scannedGroup) finderOf(field int) *finder {
	s.mu.Lock()
	w, f := s.whole[field], s.finders[field]
	if f == nil && w != nil && w.loaded() {
		f = &finder{}
		s.finders[field] = f
	}
	s.mu.Unlock()
	if f == nil {
		return nil
	}
	f.making.Do(func() {
		c, err := w.load()
		if v, isFlat := c.(*column.Vec[string]); err == nil && isFlat {
			f.make(v.Vals)
		}
	})
	if f.texts == nil {
		return nil
	}
	return f
}
