package column

import "math/bits"

// A Bitmap says which rows of a column hold a value: bit i of the words is set
// when row i is not null. A nil Bitmap means that no row is null. Bits beyond
// the column's length are unspecified.
type Bitmap []uint64

// NewBitmap returns a bitmap for n rows, all null (no bit set).
func NewBitmap(n int) Bitmap { return make(Bitmap, (n+63)/64) }

// Has reports whether row i holds a value.
func (b Bitmap) Has(i int) bool { return b == nil || b[i>>6]>>(uint(i)&63)&1 != 0 }

// Set marks row i as holding a value. The bitmap must not be nil.
func (b Bitmap) Set(i int) { b[i>>6] |= 1 << (uint(i) & 63) }

// Clear marks row i as null. The bitmap must not be nil.
func (b Bitmap) Clear(i int) { b[i>>6] &^= 1 << (uint(i) & 63) }

// FullBitmap returns a bitmap for n rows, none null.
func FullBitmap(n int) Bitmap {
	b := NewBitmap(n)
	for i := range b {
		b[i] = ^uint64(0)
	}
	return b
}

// Count returns the number of rows among the first n that hold a value.
func (b Bitmap) Count(n int) int {
	if b == nil {
		return n
	}
	c := 0
	full := n >> 6
	for _, w := range b[:full] {
		c += bits.OnesCount64(w)
	}
	if r := uint(n) & 63; r != 0 {
		c += bits.OnesCount64(b[full] & (1<<r - 1))
	}
	return c
}

// And returns the bitmap of the rows that hold a value in both. Either may be
// nil; the result may share memory with an argument.
func (b Bitmap) And(c Bitmap) Bitmap {
	if b == nil {
		return c
	}
	if c == nil {
		return b
	}
	out := make(Bitmap, len(b))
	for i := range out {
		out[i] = b[i] & c[i]
	}
	return out
}

// slice returns the bits from up to, not including, to of a bitmap that is not
// nil.
func (b Bitmap) slice(from, to int) Bitmap {
	out := NewBitmap(to - from)
	shift := uint(from) & 63
	for i := range out {
		at := from>>6 + i
		out[i] = b[at] >> shift
		if shift > 0 && at+1 < len(b) {
			out[i] |= b[at+1] << (64 - shift)
		}
	}
	return out
}
