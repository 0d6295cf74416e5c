package exec

// A pairCache has the numbers of pairs whose parts are small numbers at hand in an
// array: a few values of two keys, of which most rows of most batches are, then
// cost a look-up in the processor's cache. The zero pairCache is empty and ready
// for use.
type pairCache struct {
	ids    []uint32 // the number plus one, by second<<bits | first; 0 for none
	bits   uint     // for the first part
	a, b   uint32   // parts below these have a place
	filled int      // pairs of the table that have been considered
	mostA  uint32   // one more than the greatest parts of these
	mostB  uint32
}

// maxPairCache bounds the array, and the groups from which on there is none: many
// groups are many pairs.
const maxPairCache = 1 << 14

// add replaces first by the numbers of (first, second) in t.
func (c *pairCache) add(t *wordTable, first, second []uint32) {
	if len(t.keys) > maxPairCache {
		addPairs(t, first, second)
		return
	}
	c.refill(t)
	for i, a := range first {
		b := second[i]
		if a < c.a && b < c.b {
			place := &c.ids[b<<c.bits|a]
			if *place == 0 {
				*place = t.add(uint64(a)<<32|uint64(b)) + 1
			}
			first[i] = *place - 1
			continue
		}
		first[i] = t.add(uint64(a)<<32 | uint64(b))
	}
}

// refill makes room for the pairs that have come since it was called last.
func (c *pairCache) refill(t *wordTable) {
	for _, w := range t.keys[c.filled:] {
		c.mostA, c.mostB = max(c.mostA, uint32(w>>32)+1), max(c.mostB, uint32(w)+1)
	}
	c.filled = len(t.keys)
	a, b := c.mostA, c.mostB
	if a == c.a && b == c.b {
		return
	}
	bits := uint(0)
	for uint64(1)<<bits < uint64(a) {
		bits++
	}
	if uint64(b)<<bits > maxPairCache {
		return
	}
	c.a, c.b, c.bits = a, b, bits
	c.ids = make([]uint32, uint64(b)<<bits)
	for id, w := range t.keys {
		c.ids[uint64(uint32(w))<<bits|w>>32] = uint32(id) + 1
	}
}

// addPairs replaces first by the numbers of (first, second) in t.
func addPairs(t *wordTable, first, second []uint32) {
	var words [chunk]uint64
	for from := 0; from < len(first); from += chunk {
		to := min(from+chunk, len(first))
		for i, a := range first[from:to] {
			words[i] = uint64(a)<<32 | uint64(second[from+i])
		}
		t.addAll(words[:to-from], first[from:to])
	}
}

// findPairs is addPairs, but pairs that are not there get none.
func findPairs(t *wordTable, first, second []uint32) {
	for i, a := range first {
		if a == none || second[i] == none {
			first[i] = none
			continue
		}
		first[i] = t.find(uint64(a)<<32 | uint64(second[i]))
	}
}
