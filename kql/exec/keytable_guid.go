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
func (t *guidTable) touch(hashes []uint64, keys []guidWords) { t.touched |= t.load(hashes, keys) }

// load is touch for several goroutines: what it returns is of no use, and it is
// not inlined, lest the compiler leave the loads out.
//
//go:noinline
func (t *guidTable) load(hashes []uint64, keys []guidWords) (x uint64) {
	if len(t.slots) < touchSlots {
		return 0
	}
	for _, h := range hashes {
		e := t.slots[h>>t.shift]
		if (e^h)&hashMask == 0 && e != 0 {
			e = keys[uint32(e)-1].lo
		}
		x |= e
	}
	return x
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
	return resized(old, max(64, 2*len(old)))
}

// grownTo is grown to a size that has room for n keys.
func grownTo(old []uint64, n int) (slots []uint64, shift uint) {
	return resized(old, max(64, len(old), 1<<bits.Len(uint(n+n/3))))
}

func resized(old []uint64, n int) (slots []uint64, shift uint) {
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

// parseGUIDWords reads s as a GUID in the one form that it is printed in: lower
// case with hyphens. Two strings of that form are equal if their words are.
func parseGUIDWords(s string) (w guidWords, ok bool) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return guidWords{}, false
	}
	a, bad1 := hexWord(fourBytes(s, 0) | fourBytes(s, 4)<<32)
	b, bad2 := hexWord(fourBytes(s, 9) | fourBytes(s, 14)<<32)
	c, bad3 := hexWord(fourBytes(s, 19) | fourBytes(s, 24)<<32)
	d, bad4 := hexWord(fourBytes(s, 28) | fourBytes(s, 32)<<32)
	return guidWords{a<<32 | b, c<<32 | d}, bad1|bad2|bad3|bad4 == 0
}

// fourBytes reads four bytes; the compiler makes it one load.
func fourBytes(s string, i int) uint64 {
	s = s[i : i+4]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// hexWord reads eight lower-case hexadecimal digits, the first in the lowest
// byte, all at once. bad is not 0 if they are anything else.
func hexWord(x uint64) (v, bad uint64) {
	const ones = 0x0101010101010101
	n := x&(0x0f*ones) + 9*(x>>6&ones) // 0 to 15 for digits
	letter := (n + 0x76*ones) >> 7 & ones
	bad = x ^ (n + 0x30*ones + 0x27*letter) // it would be written otherwise
	bad |= (n + 0x70*ones) & (0x80 * ones)  // or is past f
	n = (n<<4 | n>>8) & 0x00ff00ff00ff00ff
	n = (n | n>>8) & 0x0000ffff0000ffff
	return uint64(bits.ReverseBytes32(uint32(n | n>>16))), bad
}

// roomFor returns s with room for one more, twice as much as before if there
// was none: append alone grows long slices by a quarter, and copies them often.
func roomFor[T any](s []T) []T {
	if len(s) == cap(s) {
		s = slices.Grow(s, max(64, len(s)))
	}
	return s
}
