package exec

import "math/bits"

// A sieve tells most strings that a table does not have from a few of their
// bytes, without hashing or parsing them whole: one bit a string, in a bitmap
// small enough for the cache. The zero sieve lets everything through.
type sieve struct {
	bits  []uint64
	shift uint
}

// maxSieve bounds the strings that a sieve is made of; the bitmap of more is as
// slow as the table.
const maxSieve = 1 << 19

// newSieve returns an empty sieve for n strings.
func newSieve(n int) sieve {
	if n == 0 || n > maxSieve {
		return sieve{}
	}
	size := max(bits.Len(uint(n))+4, 6) // 16 bits and more a string
	return sieve{bits: make([]uint64, 1<<(size-6)), shift: uint(64 - size)}
}

func (f *sieve) add(s string) {
	if f.bits != nil {
		h := sieveHash(s) >> f.shift
		f.bits[h>>6] |= 1 << (h & 63)
	}
}

// may reports whether s may be one of the strings.
func (f *sieve) may(s string) bool {
	if f.bits == nil {
		return true
	}
	h := sieveHash(s) >> f.shift
	return f.bits[h>>6]>>(h&63)&1 != 0
}

// sieveHash is a hash of eight bytes each of the start, the middle and the end.
func sieveHash(s string) uint64 {
	const k1, k2 = 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f
	h := uint64(len(s))
	if len(s) < 8 {
		for i := range len(s) {
			h = h<<8 | uint64(s[i])
		}
		return (h ^ h>>32) * k1
	}
	mid := len(s)/2 - 4
	h += (fourBytes(s, 0) | fourBytes(s, 4)<<32) * k1
	h += (fourBytes(s, mid) | fourBytes(s, mid+4)<<32) * k2
	h ^= fourBytes(s, len(s)-8) | fourBytes(s, len(s)-4)<<32
	return (h ^ h>>32) * k1
}
