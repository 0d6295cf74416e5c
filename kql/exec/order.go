package exec

import (
	"math/bits"
	"slices"
)

// order returns the rows below n in the order of cols; rows that are equal keep
// theirs. It returns nil if they are in order already.
func order(cols []sortColumn, n int) []uint32 { return orderBy(cols, n, 1) }

// orderBy is order with several workers.
func orderBy(cols []sortColumn, n, workers int) []uint32 {
	if sorted(cols, n) {
		return nil
	}
	items, bits, rest := packed(cols, n)
	s := &itemSorter{}
	if len(rest) > 0 {
		s.tie = func(a, b uint32) int { return compareRows(rest, int(a), int(b)) }
	}
	rows := make([]uint32, n)
	s.sortAll(items, bits, workers, rows)
	return rows
}

// packed puts the words of as many columns as fit beside each row into one word,
// which has the bits lowest bits. rest is what must be asked of rows whose words
// are equal.
func packed(cols []sortColumn, n int) (items []sortItem, bits uint, rest []sortColumn) {
	items = make([]sortItem, n)
	for i := range items {
		items[i].row = uint32(i)
	}
	for k, c := range cols {
		low, width := span(c.words)
		if bits+width > 64 {
			return items, bits, cols[k:]
		}
		for i, w := range c.words {
			items[i].word = items[i].word<<width | (w - low)
		}
		bits += width
		if c.exact != nil {
			return items, bits, cols[k:]
		}
	}
	return items, bits, nil
}

// span returns the least of words and how many bits the others are above it.
func span(words []uint64) (low uint64, width uint) {
	low, high := words[0], words[0]
	for _, w := range words {
		low, high = min(low, w), max(high, w)
	}
	return low, uint(bits.Len64(high - low))
}

func sorted(cols []sortColumn, n int) bool {
	for i := 1; i < n; i++ {
		if compareRows(cols, i-1, i) > 0 {
			return false
		}
	}
	return true
}

func compareRows(cols []sortColumn, i, j int) int {
	for _, c := range cols {
		if a, b := c.words[i], c.words[j]; a != b {
			if a < b {
				return -1
			}
			return 1
		}
		if c.exact != nil {
			if r := c.exact(i, j); r != 0 {
				return r
			}
		}
	}
	return 0
}

// orderOf returns the rows in the order of their IDs, nil if they are in order.
// Rows with the same ID keep theirs.
func orderOf(ids []rowID) []uint32 {
	if slices.IsSorted(ids) {
		return nil
	}
	// IDs count the rows of each batch of a source from 0: where they are not
	// scattered too widely, each has a place of its own.
	var starts []int // of each batch's rows among all, first their number
	for _, id := range ids {
		seq, row := int(id>>rowBits), int(id&(1<<rowBits-1))
		if seq > maxSpread*len(ids) || row > maxSpread*len(ids) {
			return sortedIDs(ids)
		}
		for len(starts) <= seq {
			starts = append(starts, 0)
		}
		starts[seq] = max(starts[seq], row+1)
	}
	total := 0
	for i, n := range starts {
		starts[i], total = total, total+n
		if total > maxSpread*len(ids) {
			return sortedIDs(ids)
		}
	}
	places := make([]uint32, total) // the row that has the place, plus one
	for i, id := range ids {
		p := &places[starts[id>>rowBits]+int(id&(1<<rowBits-1))]
		if *p != 0 {
			return sortedIDs(ids)
		}
		*p = uint32(i) + 1
	}
	rows := make([]uint32, 0, len(ids))
	for _, p := range places {
		if p != 0 {
			rows = append(rows, p-1)
		}
	}
	return rows
}

// maxSpread bounds the places that orderOf has for each row.
const maxSpread = 8

func sortedIDs(ids []rowID) []uint32 {
	words := make([]uint64, len(ids))
	for i, id := range ids {
		words[i] = uint64(id)
	}
	return order([]sortColumn{{words: words}}, len(ids))
}
