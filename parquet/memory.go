package parquet

import (
	"math/bits"
	"strings"
	"sync"
	"unsafe"
)

// slack is how many bytes behind its end a buffer has, for the routines that
// read and write whole words.
const slack = 64

// memory lends buffers for pages, so that they need not be cleared for each, and
// are in the processor's cache as often as not.
type memory struct {
	pools [8 * 64]sync.Pool // of *[]byte, by class
	texts sync.Pool         // of *[]string
}

// leastBuffer is the least that is lent.
const leastBuffer = 512

// bufferClass returns the size of the buffers that n bytes are lent in, at most
// an eighth too large, and the number of that size.
func bufferClass(n int) (class, size int) {
	n = max(n, leastBuffer)
	width := bits.Len(uint(n))
	step := 1 << (width - 4)
	size = (n + step - 1) &^ (step - 1)
	width = bits.Len(uint(size))
	return 8*width + size>>(width-4)&7, size
}

// take returns n bytes that have not been cleared.
func (m *memory) take(n int) []byte {
	class, size := bufferClass(n)
	if b, ok := m.pools[class].Get().(*[]byte); ok {
		return (*b)[:n]
	}
	return fresh(size)[:n]
}

// give takes back what take has returned; anything else is left to the garbage
// collector.
func (m *memory) give(b []byte) {
	n := cap(b) - slack
	if class, size := bufferClass(n); size == n {
		b = b[:n]
		m.pools[class].Put(&b)
	}
}

// takeTexts returns room for n texts.
func (m *memory) takeTexts(n int) []string {
	if t, ok := m.texts.Get().(*[]string); ok && cap(*t) >= n {
		return *t
	}
	return make([]string, 0, n)
}

// giveTexts takes back room for texts, which it empties: they would keep pages alive.
func (m *memory) giveTexts(t []string) {
	if cap(t) > 0 {
		clear(t[:cap(t)])
		t = t[:0]
		m.texts.Put(&t)
	}
}

// fresh returns n bytes that have not been cleared. The caller overwrites them.
func fresh(n int) []byte {
	var b strings.Builder // the one way to get memory that is not cleared first
	b.Grow(n + slack)
	b.WriteByte(0)
	return unsafe.Slice(unsafe.StringData(b.String()), n+slack)[:n]
}

// uncleared returns no values with room for n, of which the caller overwrites what
// it uses.
func uncleared[T uint32 | int64](n int) []T {
	var zero T
	b := fresh(n * int(unsafe.Sizeof(zero))) // at least slack bytes, so aligned for words
	return unsafe.Slice((*T)(unsafe.Pointer(unsafe.SliceData(b))), n)[:0]
}
