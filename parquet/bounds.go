package parquet

import (
	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/calypso-kql/calypso/kql/types"
)

// A bounds is what is known of the values of a page: there are no nulls, and none
// is below low or above high.
type bounds struct {
	low, high int64
	known     bool
}

// Bounds implements column.Bounded, from the index of pages.
func (c *chunk) Bounds() (low, high int64, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false // damaged; whoever reads the column will say so
		}
	}()
	g := c.scan.g
	if f := c.field; !g.direct[f.leaf] || f.own != f.to || !f.from.isWord() || f.to == types.Real {
		return 0, 0, false
	}
	l, err := g.layoutOf(c.field.leaf)
	if err != nil {
		return 0, 0, false
	}
	l.bounding.Do(func() { l.bounds = g.pageBounds(c.field, l) })
	for i := l.page(c.from); i < len(l.bounds) && l.data[i].first < c.to; i++ {
		b := l.bounds[i]
		if !b.known {
			return 0, 0, false
		}
		if !ok {
			low, high, ok = b.low, b.high, true
		}
		low, high = min(low, b.low), max(high, b.high)
	}
	return low, high, ok
}

// isWord reports whether values are stored as plain whole numbers.
func (p physical) isWord() bool {
	return (p.kind == pq.Int64 || p.kind == pq.Int32) && p.digits < 0
}

// headerBytes is enough for the header of a page of numbers, statistics included.
const headerBytes = 256

// pageBounds returns the bounds of each page; nil if the file has no index. The
// index need not say how many nulls there are: the pages do.
func (g *group) pageBounds(f field, l *layout) []bounds {
	index, err := g.rg.ColumnChunks()[f.leaf].ColumnIndex()
	if err != nil || index.NumPages() != len(l.data) {
		return nil
	}
	out := make([]bounds, len(l.data))
	for i, s := range l.data {
		if index.NullPage(i) || index.NullCount(i) > 0 || f.from.optional && !g.isWithoutNulls(s) {
			continue
		}
		out[i] = bounds{low: f.from.word(index.MinValue(i)), high: f.from.word(index.MaxValue(i)), known: true}
	}
	return out
}

// word returns a stored number as what the column's type counts.
func (p physical) word(v pq.Value) int64 {
	if p.kind == pq.Int32 {
		return p.ticks(p.int32(uint32(v.Int32())))
	}
	return p.ticks(v.Int64())
}

// int32 returns a stored 32-bit integer.
func (p physical) int32(v uint32) int64 {
	if p.unsigned {
		return int64(v)
	}
	return int64(int32(v))
}

// isWithoutNulls reports whether the header of a page says that it has no nulls.
func (g *group) isWithoutNulls(s spot) bool {
	head := make([]byte, min(headerBytes, s.size))
	if _, err := g.file.f.ReadAt(head, s.offset); err != nil {
		return false
	}
	h, _, err := parsePageHeader(head)
	return err == nil && h.kind == format.DataPageV2 && h.nulls == 0
}
