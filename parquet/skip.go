package parquet

import (
	"bytes"
	"errors"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// wanted returns the range of rows that may fulfil all hints; from == to if none
// can, which skips is told.
func (g *group) wanted(hints []plan.Hint, skips *plan.Skips) (from, to int, err error) {
	defer recovered(g.file.path, &err)
	from, to = 0, g.n
	for _, h := range hints {
		f := g.file.fields[h.Column]
		if f.to != h.Values.Type() {
			continue
		}
		chunk := g.rg.ColumnChunks()[f.leaf]
		if !mayHold(chunk, f, h) {
			skips.ByBloom.Add(1)
			return 0, 0, nil
		}
		a, b, err := pagesThatMayHold(chunk, f, h, g.n)
		if err != nil {
			return 0, 0, err
		}
		from, to = max(from, a), min(to, b)
		if from >= to {
			skips.ByBounds.Add(1)
			return 0, 0, nil
		}
	}
	return from, to, nil
}

// indexed returns the rows that may fulfil all hints, as far as the file's index
// says.
func (file *File) indexed(hints []plan.Hint) []Range {
	out := []Range{{0, int(file.Rows())}}
	if file.index == nil {
		return out
	}
	for _, h := range hints {
		f := file.fields[h.Column]
		if f.nested != nil || f.own != f.to {
			continue
		}
		if r, ok := file.index.Rows(f.name, h); ok {
			out = common(out, r)
		}
	}
	return out
}

// common returns the rows that are in both.
func common(a, b []Range) []Range {
	var out []Range
	for len(a) > 0 && len(b) > 0 {
		if from, to := max(a[0].From, b[0].From), min(a[0].To, b[0].To); from < to {
			out = append(out, Range{from, to})
		}
		if a[0].To < b[0].To {
			a = a[1:]
		} else {
			b = b[1:]
		}
	}
	return out
}

// mayHold asks the chunk's Bloom filter.
func mayHold(chunk pq.ColumnChunk, f field, h plan.Hint) bool {
	if h.Op != plan.HintIn || f.from.kind != pq.ByteArray || f.to != types.String {
		return true
	}
	bloom := chunk.BloomFilter()
	if bloom == nil {
		return true
	}
	for _, s := range column.FlatVec[string](h.Values).Vals {
		// An unreadable filter excludes nothing.
		if ok, err := bloom.Check(pq.ValueOf(s)); ok || err != nil {
			return true
		}
	}
	return false
}

// pagesThatMayHold returns the rows from the first page whose bounds allow the
// hint to the last such page.
func pagesThatMayHold(chunk pq.ColumnChunk, f field, h plan.Hint, n int) (from, to int, err error) {
	allows := boundsTest(f, h)
	if allows == nil {
		return 0, n, nil
	}
	index, err := chunk.ColumnIndex()
	if errors.Is(err, pq.ErrMissingColumnIndex) {
		return 0, n, nil
	}
	if err != nil {
		return 0, 0, err
	}
	offsets, err := chunk.OffsetIndex()
	if errors.Is(err, pq.ErrMissingOffsetIndex) {
		return 0, n, nil
	}
	if err != nil {
		return 0, 0, err
	}
	first, last := -1, -1
	for p := range index.NumPages() {
		if index.NullPage(p) || !allows(index.MinValue(p), index.MaxValue(p)) {
			continue
		}
		if first < 0 {
			first = p
		}
		last = p
	}
	if first < 0 {
		return 0, 0, nil
	}
	from, to = int(offsets.FirstRowIndex(first)), n
	if last+1 < offsets.NumPages() {
		to = int(offsets.FirstRowIndex(last + 1))
	}
	return from, to, nil
}

// boundsTest returns a test of a page's bounds against the hint, nil if bounds
// say nothing about it.
func boundsTest(f field, h plan.Hint) func(low, high pq.Value) bool {
	switch {
	case (f.from.kind == pq.Int64 || f.from.kind == pq.Int32) && f.from.digits < 0 && f.to != types.Real:
		return integerTest(f.from, h)
	case f.from.kind == pq.ByteArray && f.to == types.String && h.Op == plan.HintIn:
		vals := column.FlatVec[string](h.Values).Vals
		if len(vals) > 64 {
			return nil
		}
		return func(low, high pq.Value) bool {
			lo, hi := low.ByteArray(), high.ByteArray()
			for _, s := range vals {
				// A truncated upper bound is a prefix of larger values.
				if bytes.Compare(lo, []byte(s)) <= 0 && (bytes.Compare([]byte(s), hi) <= 0 || bytes.HasPrefix([]byte(s), hi)) {
					return true
				}
			}
			return false
		}
	}
	return nil
}

func integerTest(p physical, h plan.Hint) func(low, high pq.Value) bool {
	v, ok := h.Values.(*column.Vec[int64])
	if !ok || len(v.Vals) == 0 {
		return nil
	}
	value := p.word
	x := v.Vals[0]
	switch h.Op {
	case plan.HintLess:
		return func(low, _ pq.Value) bool { return value(low) < x }
	case plan.HintLessEqual:
		return func(low, _ pq.Value) bool { return value(low) <= x }
	case plan.HintGreater:
		return func(_, high pq.Value) bool { return value(high) > x }
	case plan.HintGreaterEqual:
		return func(_, high pq.Value) bool { return value(high) >= x }
	case plan.HintIn:
		return func(low, high pq.Value) bool {
			lo, hi := value(low), value(high)
			for _, x := range v.Vals {
				if lo <= x && x <= hi {
					return true
				}
			}
			return false
		}
	}
	return nil
}
