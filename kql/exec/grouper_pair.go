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

// add replaces first by the numbers of (first, second) in t, all of which are below a
// and b.
func (c *pairCache) add(t *wordTable, first, second []uint32, a, b uint32) {
	if len(t.keys) > maxPairCache {
		addPairs(t, first, second)
		return
	}
	if c.makeRoom(t, a, b) {
		c.addAll(t, first, second)
		return
	}
	for i, a := range first {
		b := second[i]
		if a >= c.a || b >= c.b {
			first[i] = t.add(uint64(a)<<32 | uint64(b))
			continue
		}
		place := &c.ids[b<<c.bits|a]
		if *place == 0 {
			*place = t.add(uint64(a)<<32|uint64(b)) + 1
		}
		first[i] = *place - 1
	}
}

// addAll is add where there is room for all pairs.
func (c *pairCache) addAll(t *wordTable, first, second []uint32) {
	ids, bits := c.ids, c.bits&31
	second = second[:len(first)]
	for i, a := range first {
		place := second[i]<<bits | a
		id := ids[place]
		if id == 0 {
			id = t.add(uint64(a)<<32|uint64(second[i])) + 1
			ids[place] = id
		}
		first[i] = id - 1
	}
}

// makeRoom makes room for pairs of parts below a and b, and reports whether there is:
// times that go on bring new parts with each batch. It doubles, so that it is done
// seldom.
func (c *pairCache) makeRoom(t *wordTable, a, b uint32) bool {
	if a <= c.a && b <= c.b {
		return true
	}
	bitsA, bitsB := bits.Len32(max(a, c.a)-1), bits.Len32(max(b, c.b)-1)
	if bitsA+bitsB > maxPairBits {
		return false
	}
	c.a, c.b, c.bits = 1<<bitsA, 1<<bitsB, uint(bitsA)
	c.ids = make([]uint32, 1<<(bitsA+bitsB))
	for id, w := range t.keys {
		if a, b := uint32(w>>32), uint32(w); a < c.a && b < c.b {
			c.ids[b<<c.bits|a] = uint32(id) + 1
		}
	}
	return true
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
