package exec

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/calypso-kql/calypso/kql/types"
)

// guidWords is a GUID as two words, big-endian.
type guidWords struct{ hi, lo uint64 }

func (w guidWords) guid() (g types.GUID128) {
	binary.BigEndian.PutUint64(g[:8], w.hi)
	binary.BigEndian.PutUint64(g[8:], w.lo)
	return g
}

func (w guidWords) hash() uint64 { return wordHash(w.hi ^ bits.RotateLeft64(w.lo, 29)) }

// A guidTable is a hash table of 16-byte keys.
type guidTable struct {
	slots   []guidSlot
	shift   uint
	used    int
	touched uint32
}

type guidSlot struct {
	guidWords
	id uint32 // the number plus one; 0 is an empty slot
}

// touchSlots is the size from which on a table is too large for the caches that
// are fast.
const touchSlots = 1 << 14

// touch loads what look-ups of hashes will need, all at once.
func (t *guidTable) touch(hashes []uint64) {
	if len(t.slots) < touchSlots {
		return
	}
	var x uint32
	for _, h := range hashes {
		x |= t.slots[h>>t.shift].id
	}
	t.touched |= x
}

// slot returns the place of a key; its id is 0 if the key is new.
func (t *guidTable) slot(w guidWords) *guidSlot {
	if 4*t.used >= 3*len(t.slots) {
		t.grow()
	}
	mask := uint64(len(t.slots) - 1)
	for i := w.hash() >> t.shift; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.id == 0 {
			s.guidWords = w
			return s
		}
		if s.guidWords == w {
			return s
		}
	}
}

func (t *guidTable) find(w guidWords) uint32 {
	if len(t.slots) == 0 {
		return none
	}
	mask := uint64(len(t.slots) - 1)
	for i := w.hash() >> t.shift; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.id == 0 {
			return none
		}
		if s.guidWords == w {
			return s.id - 1
		}
	}
}

func (t *guidTable) grow() {
	old := t.slots
	n := max(64, 2*len(old))
	t.slots = make([]guidSlot, n)
	t.shift = uint(64 - bits.TrailingZeros(uint(n)))
	mask := uint64(n - 1)
	for _, s := range old {
		if s.id == 0 {
			continue
		}
		i := s.hash() >> t.shift
		for t.slots[i].id != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = s
	}
}

// hexValue is the value of a lower-case hexadecimal digit, 0xff for others.
var hexValue = func() (t [256]byte) {
	for i := range t {
		t[i] = 0xff
	}
	for i, c := range []byte("0123456789abcdef") {
		t[c] = byte(i)
	}
	return t
}()

// parseGUIDWords reads s as a GUID in the one form that it is printed in: lower
// case with hyphens. Two strings of that form are equal if their words are.
func parseGUIDWords(s string) (w guidWords, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return guidWords{}, false
	}
	var bad byte
	word := func(from, to int) (w uint64) {
		for _, c := range []byte(s[from:to]) {
			v := hexValue[c]
			bad |= v
			w = w<<4 | uint64(v&15)
		}
		return w
	}
	w.hi = word(0, 8)<<32 | word(9, 13)<<16 | word(14, 18)
	w.lo = word(19, 23)<<48 | word(24, 36)
	return w, bad < 16
}

// roomFor returns s with room for one more, twice as much as before if there
// was none: append alone grows long slices by a quarter, and copies them often.
func roomFor[T any](s []T) []T {
	if len(s) == cap(s) {
		s = slices.Grow(s, max(64, len(s)))
	}
	return s
}
