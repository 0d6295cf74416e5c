package dynamic

import (
	"math"

	"github.com/calypso-kql/calypso/kql/types"
)

// An ArrayBuilder makes arrays, one after the other: Value returns what was
// appended and empties the builder, which keeps its buffers. The zero builder is
// ready for use. A builder is for one goroutine.
type ArrayBuilder struct {
	buf  []byte
	ends []uint32
}

func (b *ArrayBuilder) open() {
	if len(b.buf) == 0 {
		b.buf = append(b.buf, tagArray)
	}
}

func (b *ArrayBuilder) done() { b.ends = append(b.ends, uint32(len(b.buf))) }

// Append adds an element; null is an element like others.
func (b *ArrayBuilder) Append(v Value) {
	b.open()
	b.buf = append(b.buf, v.enc...)
	b.done()
}

// AppendNull adds null.
func (b *ArrayBuilder) AppendNull() { b.Append(Value{}) }

// AppendBool adds a boolean.
func (b *ArrayBuilder) AppendBool(v bool) { b.Append(FromBool(v)) }

// AppendLong adds a whole number, without allocating a Value for it.
func (b *ArrayBuilder) AppendLong(n int64) { b.word(tagLong, uint64(n)) }

// AppendReal adds a floating-point number.
func (b *ArrayBuilder) AppendReal(f float64) { b.word(tagReal, math.Float64bits(f)) }

// AppendDateTime adds a datetime, in ticks.
func (b *ArrayBuilder) AppendDateTime(ticks int64) { b.word(tagDateTime, uint64(ticks)) }

// AppendTimeSpan adds a timespan, in ticks.
func (b *ArrayBuilder) AppendTimeSpan(ticks int64) { b.word(tagTimeSpan, uint64(ticks)) }

// AppendString adds a string.
func (b *ArrayBuilder) AppendString(s string) {
	b.open()
	b.buf = append(append(b.buf, tagString), s...)
	b.done()
}

// AppendDecimal adds a decimal.
func (b *ArrayBuilder) AppendDecimal(d types.Decimal128) {
	b.open()
	b.buf = appendDecimal(b.buf, d)
	b.done()
}

// AppendGUID adds a guid.
func (b *ArrayBuilder) AppendGUID(g types.GUID128) {
	b.open()
	b.buf = append(append(b.buf, tagGUID), g[:]...)
	b.done()
}

func (b *ArrayBuilder) word(tag byte, w uint64) {
	b.open()
	b.buf = appendWord(b.buf, tag, w)
	b.done()
}

// Len returns the number of elements appended since the last Value or Reset.
func (b *ArrayBuilder) Len() int { return len(b.ends) }

// Reset drops what was appended.
func (b *ArrayBuilder) Reset() { b.buf, b.ends = b.buf[:0], b.ends[:0] }

// Value returns the array and resets the builder.
func (b *ArrayBuilder) Value() Value {
	if len(b.ends) == 0 {
		b.Reset()
		return Value{emptyArray}
	}
	b.buf = closeArray(b.buf, 0, b.ends)
	v := Value{string(b.buf)}
	b.Reset()
	return v
}

// A BagBuilder makes property bags, one after the other, as an ArrayBuilder
// makes arrays. A name that is set twice keeps its first place and takes its
// last value.
type BagBuilder struct {
	buf  []byte
	ends []uint32
	// The index of SetNew, made as far as it was asked for: a hash for each
	// name, and, when they are many, the first named names themselves.
	hashes []byte
	names  map[string]struct{}
	named  int
}

func (b *BagBuilder) name(name string) {
	if len(b.buf) == 0 {
		b.buf = append(b.buf, tagBag)
	}
	b.buf = append(b.buf, name...)
	b.ends = append(b.ends, uint32(len(b.buf)))
}

func (b *BagBuilder) done() { b.ends = append(b.ends, uint32(len(b.buf))) }

// Set adds a member; its value may be null.
func (b *BagBuilder) Set(name string, v Value) {
	b.name(name)
	b.buf = append(b.buf, v.enc...)
	b.done()
}

// SetLong adds a whole number, without allocating a Value for it.
func (b *BagBuilder) SetLong(name string, n int64) {
	b.name(name)
	b.buf = appendWord(b.buf, tagLong, uint64(n))
	b.done()
}

// SetReal adds a floating-point number.
func (b *BagBuilder) SetReal(name string, f float64) {
	b.name(name)
	b.buf = appendWord(b.buf, tagReal, math.Float64bits(f))
	b.done()
}

// SetString adds a string.
func (b *BagBuilder) SetString(name, s string) {
	b.name(name)
	b.buf = append(append(b.buf, tagString), s...)
	b.done()
}

// SetDateTime adds a datetime, in ticks.
func (b *BagBuilder) SetDateTime(name string, ticks int64) {
	b.name(name)
	b.buf = appendWord(b.buf, tagDateTime, uint64(ticks))
	b.done()
}

// Len returns the number of members set since the last Value or Reset, a name
// that was set twice counting twice.
func (b *BagBuilder) Len() int { return len(b.ends) / 2 }

// Reset drops what was set.
func (b *BagBuilder) Reset() {
	b.buf, b.ends, b.hashes, b.named = b.buf[:0], b.ends[:0], b.hashes[:0], 0
	clear(b.names)
}

// Value returns the bag and resets the builder.
func (b *BagBuilder) Value() Value {
	if len(b.ends) == 0 {
		b.Reset()
		return Value{emptyBag}
	}
	b.buf = closeBag(b.buf, 0, b.ends)
	v := Value{string(b.buf)}
	b.Reset()
	return v
}
