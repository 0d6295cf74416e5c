package exec

import "math/bits"

// A pairCache has the numbers of pairs whose parts are small numbers at hand in an
// array: a few values of two keys, of which most rows of most batches are, then
// cost a look-up in the processor's cache. The zero pairCache is empty and ready
// for use.
type pairCache struct {
	ids  []uint32 // the number plus one, by second<<bits | first; 0 for none
	bits uint     // for the first part
	a, b uint32   // parts below these have a place
}

// maxPairCache bounds the array, and the groups from which on there is none: many
// groups are many pairs.
const (
	maxPairBits  = 14
	maxPairCache = 1 << maxPairBits
)

// add replaces first by the numbers of (first, second) in t.
func (c *pairCache) add(t *wordTable, first, second []uint32) {
	if len(t.keys) > maxPairCache {
		addPairs(t, first, second)
		return
	}
	c.makeRoom(t, first, second)
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

// makeRoom makes room for the pairs of a batch: times that go on bring new parts
// with each. It doubles, so that it is done seldom.
func (c *pairCache) makeRoom(t *wordTable, first, second []uint32) {
	a, b := c.a, c.b
	for i, p := range first {
		a, b = max(a, p+1), max(b, second[i]+1)
	}
	if a == c.a && b == c.b {
		return
	}
	bitsA, bitsB := bits.Len32(a-1), bits.Len32(b-1)
	if bitsA+bitsB > maxPairBits {
		return
	}
	c.a, c.b, c.bits = 1<<bitsA, 1<<bitsB, uint(bitsA)
	c.ids = make([]uint32, 1<<(bitsA+bitsB))
	for id, w := range t.keys {
		if a, b := uint32(w>>32), uint32(w); a < c.a && b < c.b {
			c.ids[b<<c.bits|a] = uint32(id) + 1
		}
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
