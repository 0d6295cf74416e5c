package column

import "math/bits"

// A Sieve tells most texts that are not in a set from a few of their bytes,
// without hashing them whole: one bit a text, in a bitmap small enough for the
// processor's cache. The zero Sieve lets every text through. It may be asked by
// several goroutines while nobody adds to it.
type Sieve struct {
	bits  []uint64
	shift uint
}

// maxSieve bounds the texts that a sieve is made of: the bitmap of more is no
// faster than a hash table.
const maxSieve = 1 << 19

// NewSieve returns a sieve of no text, with room for n; the zero Sieve if n is
// too large for one.
func NewSieve(n int) Sieve {
	if n <= 0 || n > maxSieve {
		return Sieve{}
	}
	size := max(bits.Len(uint(n))+4, 6) // 16 bits and more a text
	return Sieve{bits: make([]uint64, 1<<(size-6)), shift: uint(64 - size)}
}

// Knows reports whether the sieve can hold any text back.
func (f *Sieve) Knows() bool { return f.bits != nil }

// Add puts s into the set.
func (f *Sieve) Add(s string) {
	if f.bits != nil {
		h := sieveHash(s) >> f.shift
		f.bits[h>>6] |= 1 << (h & 63)
	}
}

// May reports whether s may be in the set; false is certain.
func (f *Sieve) May(s string) bool {
	if f.bits == nil {
		return true
	}
	h := sieveHash(s) >> f.shift
	return f.bits[h>>6]>>(h&63)&1 != 0
}

// Sift appends to rows the positions of the texts of which May is true.
func (f *Sieve) Sift(texts []string, rows []uint32) []uint32 {
	if f.bits == nil {
		for i := range texts {
			rows = append(rows, uint32(i))
		}
		return rows
	}
	bits, shift := f.bits, f.shift
	for i, s := range texts {
		h := sieveHash(s) >> shift
		if bits[h>>6]>>(h&63)&1 != 0 {
			rows = append(rows, uint32(i))
		}
	}
	return rows
}

// sieveHash is a hash of the length and of eight bytes each of the start, the
// middle and the end.
func sieveHash(s string) uint64 {
	const k1, k2 = 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f
	h := uint64(len(s))
	if len(s) < 8 {
		return shortHash(s)
	}
	h += eightBytes(s, 0) * k1
	h += eightBytes(s, len(s)/2-4) * k2
	h ^= eightBytes(s, len(s)-8)
	return (h ^ h>>32) * k1
}

func shortHash(s string) uint64 {
	h := uint64(len(s))
	for i := range len(s) {
		h = h<<8 | uint64(s[i])
	}
	return (h ^ h>>32) * 0x9e3779b97f4a7c15
}

// eightBytes reads eight bytes of s; the compiler makes it one load.
func eightBytes(s string, i int) uint64 {
	s = s[i : i+8]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
