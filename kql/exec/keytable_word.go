package exec

import "math/bits"

// A wordTable numbers 64-bit words: a hash table with open addressing, the keys
// beside their numbers so that a look-up touches one cache line. The zero table
// is empty and ready for use.
type wordTable struct {
	slots []wordSlot
	shift uint
	used  int
	keys  []uint64 // by number

	touched uint32
}

type wordSlot struct {
	key uint64
	id  uint32 // the number plus one; 0 is an empty slot
}

func wordHash(w uint64) uint64 { return (w ^ w>>32) * 0x9e3779b97f4a7c15 }

// add returns the number of w.
func (t *wordTable) add(w uint64) uint32 {
	if 4*t.used >= 3*len(t.slots) {
		t.grow(t.used + 1)
	}
	mask := uint64(len(t.slots) - 1)
	for i := wordHash(w) >> t.shift; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.id == 0 {
			t.keys = append(roomFor(t.keys), w)
			t.used++
			*s = wordSlot{w, uint32(len(t.keys))}
			return s.id - 1
		}
		if s.key == w {
			return s.id - 1
		}
	}
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
	var x uint32
	for _, w := range words {
		x |= t.slots[wordHash(uint64(w))>>t.shift].id
	}
	t.touched |= x
}

// find returns the number of w, none if it is not there.
func (t *wordTable) find(w uint64) uint32 {
	if len(t.slots) == 0 {
		return none
	}
	mask := uint64(len(t.slots) - 1)
	for i := wordHash(w) >> t.shift; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.id == 0 {
			return none
		}
		if s.key == w {
			return s.id - 1
		}
	}
}

// reserve returns a number that no word has: null's.
func (t *wordTable) reserve() uint32 {
	t.keys = append(t.keys, 0)
	return uint32(len(t.keys) - 1)
}

func (t *wordTable) grow(want int) {
	old := t.slots
	n := max(64, 2*len(old))
	for 4*want >= 3*n {
		n *= 2
	}
	t.slots = make([]wordSlot, n)
	t.shift = uint(64 - bits.TrailingZeros(uint(n)))
	mask := uint64(n - 1)
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		i := wordHash(s.key) >> t.shift
		for t.slots[i].id != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = s
	}
}

func (t *wordTable) size() int64 { return 16*int64(len(t.slots)) + 8*int64(cap(t.keys)) }
