package builtin

import (
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/zeebo/xxh3"
)

// nullHash stands for null; no value has it.
const nullHash = 0

// A columnHasher hashes the values of columns, those of a dictionary once each.
// The hashes are the same on every machine, for sketches are stored.
type columnHasher struct {
	dict   column.Column // that came last
	rows   int           // that have met it
	hashes []uint64      // of its values; nil while too few rows have met it
	buf    []uint64
}

// of returns a hash for each of n rows, nullHash for a null. The slice is valid
// until the next call.
func (h *columnHasher) of(c column.Column, n int) []uint64 {
	if cap(h.buf) < n {
		h.buf = make([]uint64, n)
	}
	h.buf = h.buf[:n]
	switch c := c.(type) {
	case *column.Const:
		hashFlat(c.One, h.buf[:1])
		for i := 1; i < n; i++ {
			h.buf[i] = h.buf[0]
		}
	case *column.Dict:
		// Few rows of a large dictionary are cheaper hashed as they are.
		if !h.hashDict(c) {
			hashFlat(column.Flat(c), h.buf)
			break
		}
		for i, code := range c.Codes {
			h.buf[i] = h.hashes[code]
		}
	default:
		hashFlat(c, h.buf)
	}
	return h.buf
}

// hashDict hashes the values of d, if that pays, and reports whether it did.
func (h *columnHasher) hashDict(d *column.Dict) bool {
	if h.dict != d.Values {
		h.dict, h.rows, h.hashes = d.Values, 0, nil
	}
	h.rows += len(d.Codes)
	if h.hashes == nil && 4*h.rows >= d.Values.Len() {
		h.hashes = make([]uint64, d.Values.Len())
		hashFlat(d.Values, h.hashes)
	}
	return h.hashes != nil
}

// hashFlat hashes every row of a flat column into out.
func hashFlat(c column.Column, out []uint64) {
	switch c := c.(type) {
	case *column.Vec[int64]:
		hashVec(c, out, func(v int64) uint64 { return mixHash(uint64(v)) })
	case *column.Vec[string]:
		hashVec(c, out, xxh3.HashString)
	case *column.Vec[float64]:
		hashVec(c, out, hashReal)
	case *column.Vec[bool]:
		hashVec(c, out, hashBool)
	case *column.Vec[types.GUID128]:
		hashVec(c, out, func(v types.GUID128) uint64 { return xxh3.Hash(v[:]) })
	case *column.Vec[types.Decimal128]:
		hashVec(c, out, hashDecimal)
	case *column.Vec[dynamic.Value]:
		for i, v := range c.Vals {
			out[i] = nullHash
			if !v.IsNull() {
				out[i] = max(v.Hash(0), 1)
			}
		}
	}
}

func hashVec[T column.Value](c *column.Vec[T], out []uint64, hash func(T) uint64) {
	for i, v := range c.Vals {
		out[i] = nullHash
		if c.Valid.Has(i) {
			out[i] = max(hash(v), 1)
		}
	}
}

// mixHash is the finalizer of SplitMix64.
func mixHash(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func hashReal(v float64) uint64 {
	switch {
	case v == 0:
		v = 0 // -0 too
	case v != v:
		v = math.NaN()
	}
	return mixHash(math.Float64bits(v))
}

func hashBool(v bool) uint64 {
	if v {
		return mixHash(1)
	}
	return mixHash(0)
}

func hashDecimal(v types.Decimal128) uint64 {
	var buf [16]byte
	// AppendBinary cannot fail: the form has a fixed size.
	b, _ := types.NormalDecimal(v).AppendBinary(buf[:0])
	return xxh3.Hash(b)
}
