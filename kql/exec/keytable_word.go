package exec

import "slices"

// A wordTable numbers 64-bit words: a hash table with open addressing. A slot has
// the upper half of the hash and the number plus one; 0 is empty. The zero table is
// empty and ready for use.
type wordTable struct {
	slots []uint64
	shift uint
	used  int
	keys  []uint64 // by number

	touched uint64
}

func wordHash(w uint64) uint64 { return (w ^ w>>32) * 0x9e3779b97f4a7c15 }

// add returns the number of w.
func (t *wordTable) add(w uint64) uint32 {
	if 4*t.used >= 3*len(t.slots) {
		t.slots, t.shift = grown(t.slots)
	}
	mask := uint64(len(t.slots) - 1)
	h := wordHash(w)
	for i := h >> t.shift; ; i = (i + 1) & mask {
		e := t.slots[i]
		if e == 0 {
			t.keys = append(roomFor(t.keys), w)
			t.used++
			t.slots[i] = h&hashMask | uint64(len(t.keys))
			return uint32(len(t.keys)) - 1
		}
		if (e^h)&hashMask == 0 && t.keys[uint32(e)-1] == w {
			return uint32(e) - 1
		}
	}
}

// reserve makes room for n words in all.
func (t *wordTable) reserve(n int) {
	t.slots, t.shift = grownTo(t.slots, n)
	t.keys = slices.Grow(t.keys, max(0, n-len(t.keys)))
}

// addAll is add for many.
func (t *wordTable) addAll(words []uint64, out []uint32) { addWords(t, words, out) }

// addWords adds words; neighbours that are equal are looked up once.
func addWords[T int64 | uint64](t *wordTable, words []T, out []uint32) {
	var last T
	id := uint32(none)
	for from := 0; from < len(words); from += chunk {
		to := min(from+chunk, len(words))
		if len(t.slots) >= touchSlots {
			touchWords(t, words[from:to])
		}
		for i, w := range words[from:to] {
			if w != last || id == none {
				id, last = t.add(uint64(w)), w
			}
			out[from+i] = id
		}
	}
}

// touchWords loads what look-ups of words will need, all at once.
func touchWords[T int64 | uint64](t *wordTable, words []T) {
	var x uint64
	for _, w := range words {
		h := wordHash(uint64(w))
		e := t.slots[h>>t.shift]
		if (e^h)&hashMask == 0 && e != 0 {
			e = t.keys[uint32(e)-1]
		}
		x |= e
	}
	t.touched |= x
}

// find returns the number of w, none if it is not there.
func (t *wordTable) find(w uint64) uint32 {
	if len(t.slots) == 0 {
		return none
	}
	mask := uint64(len(t.slots) - 1)
	h := wordHash(w)
	for i := h >> t.shift; ; i = (i + 1) & mask {
		e := t.slots[i]
		if e == 0 {
			return none
		}
		if (e^h)&hashMask == 0 && t.keys[uint32(e)-1] == w {
			return uint32(e) - 1
		}
	}
}

// skip returns a number that no word has: null's.
func (t *wordTable) skip() uint32 {
	t.keys = append(t.keys, 0)
	return uint32(len(t.keys) - 1)
}

func (t *wordTable) size() int64 { return 8*int64(len(t.slots)) + 8*int64(cap(t.keys)) }
