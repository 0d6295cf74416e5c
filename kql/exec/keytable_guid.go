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

// A guidTable is a hash table of 16-byte keys, which lie elsewhere by their
// number. A slot has the upper half of the hash and the number plus one; 0 is
// empty.
type guidTable struct {
	slots   []uint64
	shift   uint
	used    int
	touched uint64
}

// touchSlots is the size from which on a table is too large for the caches that
// are fast.
const touchSlots = 1 << 14

// touch loads what look-ups of hashes will need, all at once.
func (t *guidTable) touch(hashes []uint64, keys []guidWords) {
	if len(t.slots) < touchSlots {
		return
	}
	var x uint64
	for _, h := range hashes {
		e := t.slots[h>>t.shift]
		if (e^h)&hashMask == 0 && e != 0 {
			e = keys[uint32(e)-1].lo
		}
		x |= e
	}
	t.touched |= x
}

// slot returns the place of a key of hash h, or the empty place where it belongs.
// Only if room is set may the table grow.
func (t *guidTable) slot(h uint64, w guidWords, keys []guidWords, room bool) *uint64 {
	if room && 4*t.used >= 3*len(t.slots) {
		t.slots, t.shift = grown(t.slots)
	}
	mask := uint64(len(t.slots) - 1)
	for i := h >> t.shift; ; i = (i + 1) & mask {
		e := t.slots[i]
		if e == 0 || (e^h)&hashMask == 0 && keys[uint32(e)-1] == w {
			return &t.slots[i]
		}
	}
}

// grown returns a table of twice the size, of slots whose upper half is a hash.
// That is enough to place them: a table has fewer than 2³² slots.
func grown(old []uint64) (slots []uint64, shift uint) {
	n := max(64, 2*len(old))
	slots = make([]uint64, n)
	shift = uint(64 - bits.TrailingZeros(uint(n)))
	mask := uint64(n - 1)
	for _, e := range old {
		if e == 0 {
			continue
		}
		i := e >> shift
		for slots[i] != 0 {
			i = (i + 1) & mask
		}
		slots[i] = e
	}
	return slots, shift
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
