package exec

import (
	"slices"
	"sync/atomic"
)

// A sortItem is a row with the word that it is sorted by.
type sortItem struct {
	word uint64
	row  uint32
}

// An itemSorter sorts items by their words a byte at a time, highest first: what
// shares a byte is soon small enough for the cache, and the parts are sorted by
// several workers. Items of equal words keep their order, or have that of tie.
type itemSorter struct {
	tie func(a, b uint32) int // orders rows of equal words; nil if they are equal
}

const (
	digitBits = 8
	digits    = 1 << digitBits
	// fewSorted is up to how many items are sorted by insertion.
	fewSorted = 24
	// manySorted is from how many items on several workers are worth it.
	manySorted = 1 << 15
)

// sortAll sorts items, which it may use up, by the lowest bits of their words and
// sets rows to theirs.
func (s *itemSorter) sortAll(items []sortItem, bits uint, workers int, rows []uint32) {
	tmp := make([]sortItem, len(items))
	if len(items) < manySorted || workers <= 1 {
		s.sort(items, tmp, bits)
		rowsOf(items, rows)
		return
	}
	starts, bits := s.scatter(items, tmp, bits, workers)
	if bits == 0 && s.tie == nil || len(starts) <= 2 {
		s.sort(tmp, items, bits)
		rowsOf(tmp, rows)
		return
	}
	// Workers take the parts one by one; sort does not fail.
	_ = inParallel(workers, len(starts)-1, func(i int) error {
		from, to := starts[i], starts[i+1]
		s.sort(tmp[from:to], items[from:to], bits)
		rowsOf(tmp[from:to], rows[from:to])
		return nil
	})
}

func rowsOf(items []sortItem, rows []uint32) {
	for i, it := range items {
		rows[i] = it.row
	}
}

// scatter moves items to out in the order of the highest byte that they do not
// share, and returns where each part starts, and the bits below that byte.
func (s *itemSorter) scatter(items, out []sortItem, bits uint, workers int) (starts []uint32, below uint) {
	size := (len(items) + workers - 1) / workers
	chunk := func(i int) []sortItem {
		return items[min(i*size, len(items)):min((i+1)*size, len(items))]
	}
	counts := make([][digits]uint32, workers)
	for bits > 0 {
		d := min(digitBits, bits)
		bits -= d
		var shared atomic.Bool
		_ = inParallel(workers, workers, func(i int) error {
			counts[i] = countDigits(chunk(i), bits, d)
			return nil
		})
		for v := range digits {
			n := uint32(0)
			for i := range counts {
				n += counts[i][v]
			}
			if n == uint32(len(items)) {
				shared.Store(true)
			}
		}
		if !shared.Load() {
			starts = placeDigits(counts)
			_ = inParallel(workers, workers, func(i int) error {
				moveDigits(chunk(i), out, bits, d, &counts[i])
				return nil
			})
			return starts, bits
		}
	}
	copy(out, items)
	return []uint32{0, uint32(len(items))}, 0
}

// countDigits counts the d bits above bits.
func countDigits(items []sortItem, bits, d uint) (counts [digits]uint32) {
	mask := uint64(1)<<d - 1
	for _, it := range items {
		counts[it.word>>bits&mask&(digits-1)]++
	}
	return counts
}

// placeDigits turns counts into the places where each chunk's items of each
// digit go, and returns where the digits start.
func placeDigits(counts [][digits]uint32) (starts []uint32) {
	at := uint32(0)
	for v := range digits {
		starts = append(starts, at)
		for i := range counts {
			counts[i][v], at = at, at+counts[i][v]
		}
	}
	return append(starts, at)
}

func moveDigits(items, out []sortItem, bits, d uint, places *[digits]uint32) {
	mask := uint64(1)<<d - 1
	for _, it := range items {
		p := &places[it.word>>bits&mask&(digits-1)]
		out[*p] = it
		*p++
	}
}

// sort sorts a by the lowest bits; tmp is scratch of the same length.
func (s *itemSorter) sort(a, tmp []sortItem, bits uint) {
	for len(a) > fewSorted && bits > 0 {
		d := min(digitBits, bits)
		bits -= d
		ends := countDigits(a, bits, d)
		mask := uint64(1)<<d - 1
		if ends[a[0].word>>bits&mask&(digits-1)] == uint32(len(a)) {
			continue
		}
		at := uint32(0)
		for v, n := range ends {
			ends[v], at = at, at+n
		}
		moveDigits(a, tmp, bits, d, &ends) // makes starts ends
		copy(a, tmp)
		from := uint32(0)
		for _, to := range ends {
			if to-from > 1 {
				s.sort(a[from:to], tmp[from:to], bits)
			}
			from = to
		}
		return
	}
	switch {
	case len(a) <= fewSorted:
		s.insert(a)
	case s.tie != nil:
		slices.SortFunc(a, func(x, y sortItem) int {
			if c := s.tie(x.row, y.row); c != 0 {
				return c
			}
			return int(x.row) - int(y.row)
		})
	}
}

// insert sorts a few items.
func (s *itemSorter) insert(a []sortItem) {
	for i := 1; i < len(a); i++ {
		it := a[i]
		j := i
		for j > 0 && (a[j-1].word > it.word || a[j-1].word == it.word && s.tie != nil && s.tie(a[j-1].row, it.row) > 0) {
			a[j] = a[j-1]
			j--
		}
		a[j] = it
	}
}
