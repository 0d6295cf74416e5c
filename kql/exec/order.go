package exec

import "slices"

// order returns the rows below n in the order of cols; rows that are equal keep
// theirs. It returns nil if they are in order already.
func order(cols []sortColumn, n int) []uint32 {
	if sorted(cols, n) {
		return nil
	}
	rows := make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	for _, c := range cols {
		if c.exact != nil {
			compareSort(cols, rows)
			return rows
		}
	}
	var tmp radixScratch
	for k := len(cols) - 1; k >= 0; k-- {
		if !inOrder(cols[k].words, rows) {
			tmp.sort(cols[k].words, rows)
		}
	}
	return rows
}

// inOrder reports whether the words of rows, in that order, do not fall.
func inOrder(words []uint64, rows []uint32) bool {
	for i := 1; i < len(rows); i++ {
		if words[rows[i-1]] > words[rows[i]] {
			return false
		}
	}
	return true
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

// compareSort sorts by comparisons, with the first word beside each row.
func compareSort(cols []sortColumn, rows []uint32) {
	type item struct {
		word uint64
		row  uint32
	}
	items := make([]item, len(rows))
	for i, r := range rows {
		items[i] = item{cols[0].words[r], r}
	}
	slices.SortFunc(items, func(a, b item) int {
		if a.word != b.word {
			if a.word < b.word {
				return -1
			}
			return 1
		}
		if c := compareRows(cols, int(a.row), int(b.row)); c != 0 {
			return c
		}
		return int(a.row) - int(b.row)
	})
	for i, it := range items {
		rows[i] = it.row
	}
}

// radixScratch sorts rows by words a byte at a time, lowest first, which is
// stable. Bytes that all words share are skipped.
type radixScratch struct {
	keys, keys2 []uint64
	rows2       []uint32
}

func (s *radixScratch) sort(words []uint64, rows []uint32) {
	n := len(rows)
	if s.keys == nil {
		s.keys, s.keys2, s.rows2 = make([]uint64, n), make([]uint64, n), make([]uint32, n)
	}
	var counts [8][256]uint32
	for i, r := range rows {
		w := words[r]
		s.keys[i] = w
		for b := range 8 {
			counts[b][byte(w>>(8*b))]++
		}
	}
	a, b := s.keys, s.keys2
	ra, rb := rows, s.rows2
	for k := range 8 {
		c := &counts[k]
		shift := uint(8 * k)
		if n == 0 || c[byte(a[0]>>shift)] == uint32(n) {
			continue
		}
		sum := uint32(0)
		for v := range c {
			c[v], sum = sum, sum+c[v]
		}
		for i, w := range a {
			v := byte(w >> shift)
			at := c[v]
			c[v]++
			b[at], rb[at] = w, ra[i]
		}
		a, b, ra, rb = b, a, rb, ra
	}
	if n > 0 && &ra[0] != &rows[0] {
		copy(rows, ra)
	}
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
