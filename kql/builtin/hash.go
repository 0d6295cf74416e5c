package builtin

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"math/bits"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/types"
)

// hashing are the hash functions.
func hashing() function.Family {
	const source = "source: bool|int|long|real|decimal|string|datetime|timespan|guid"
	xx := func(name string, example ...string) function.Scalar {
		return function.Scalar{
			Doc:       "Returns the xxHash64 of a value, or what is left of it modulo a number.",
			Overloads: []function.Overload{{Sig: name + "(" + source + ", mod?: integer): long", Kernel: function.Kernel{In: []types.Type{types.Unknown, types.Long}, Out: types.Long, Run: hashModulo}}},
			Examples:  example,
		}
	}
	digest := func(name, doc, example string, sum func(text []byte) []byte) function.Scalar {
		return function.Scalar{
			Doc: doc,
			Overloads: []function.Overload{{Sig: name + "(" + source + "): string", Kernel: function.Map1(types.String, types.String, func(s string) string {
				return hex.EncodeToString(sum([]byte(s)))
			})}},
			Examples: []string{example},
		}
	}
	return function.Family{Title: "Hash functions", Scalars: []function.Scalar{
		xx("hash", `hash("World") -> 1846988464401551951`, `hash("World", 100) -> 51`),
		xx("hash_xxhash64", `hash_xxhash64("World") -> 1846988464401551951`),
		digest("hash_md5", "Returns the MD5 of a value's text, in hexadecimal.", `hash_md5("World") -> f5a7924e621e84c9280a9a27e1bcb7f6`,
			func(b []byte) []byte { h := md5.Sum(b); return h[:] }),
		digest("hash_sha1", "Returns the SHA-1 of a value's text, in hexadecimal.", `hash_sha1("World") -> 70c07ec18ef89c5309bbb0937f3a6342411e1fdd`,
			func(b []byte) []byte { h := sha1.Sum(b); return h[:] }),
		digest("hash_sha256", "Returns the SHA-256 of a value's text, in hexadecimal.", `hash_sha256("World") -> 78ae647dc5544d227130a0682a51e30bc7777fbb6d8a8f17007463a3ecd1d524`,
			func(b []byte) []byte { h := sha256.Sum256(b); return h[:] }),
		{
			Doc: "Combines hashes into one that depends on their order; not the number that Kusto gives.",
			Overloads: []function.Overload{{Sig: "hash_combine(first: integer, more...: integer): long",
				Kernel: rowKernel([]types.Type{types.Long, types.Long}, types.Long, combineRows)}},
			Examples: []string{`hash_combine(1, 2) == hash_combine(2, 1) -> false`},
		},
		{
			Doc: "Combines the hashes of several values as hash_combine() does; not the number that Kusto gives.",
			Overloads: []function.Overload{{Sig: "hash_many(source...: bool|int|long|real|decimal|string|datetime|timespan|guid): long",
				Kernel: rowKernel([]types.Type{types.Unknown}, types.Long, hashManyRows)}},
			Examples: []string{`hash_many("a", 1) == hash_combine(hash("a"), hash(1)) -> true`},
		},
	}}
}

func hashModulo(c *function.Call, args []column.Column, n int) (column.Column, error) {
	return function.OverOne(c, args, n, func(args []column.Column, n int) (column.Column, error) {
		hashes, err := hashesOf(args[0], n)
		if err != nil || len(args) == 1 {
			return column.NewVec(c.Out, hashes, nil), err
		}
		mod := column.ViewOf[int64](args[1])
		return ticksOrNull(c.Out, n, func(i int) (int64, bool) {
			m := mod.At(i)
			if mod.Null(i) || m <= 0 {
				return 0, false
			}
			return int64(uint64(hashes[i]) % uint64(m)), true
		}), nil
	})
}

// hashesOf returns the hash of each row: texts by their bytes, numbers and times
// by the bytes that they have in memory. A null is hashed as nothing.
func hashesOf(a column.Column, n int) ([]int64, error) {
	switch a.Type() {
	case types.String:
		return hashEach(a, n, func(_ []byte, s string) []byte { return []byte(s) }), nil
	case types.Bool:
		return hashEach(a, n, func(b []byte, v bool) []byte {
			if v {
				return append(b, 1)
			}
			return append(b, 0)
		}), nil
	case types.Int:
		return hashEach(a, n, func(b []byte, v int64) []byte { return binary.LittleEndian.AppendUint32(b, uint32(v)) }), nil
	case types.Long, types.DateTime, types.TimeSpan:
		return hashEach(a, n, func(b []byte, v int64) []byte { return binary.LittleEndian.AppendUint64(b, uint64(v)) }), nil
	case types.Real:
		return hashEach(a, n, func(b []byte, v float64) []byte { return binary.LittleEndian.AppendUint64(b, math.Float64bits(v)) }), nil
	case types.Decimal:
		return hashEach(a, n, func(b []byte, v types.Decimal128) []byte { return types.AppendDecimal(b, v) }), nil
	case types.GUID:
		return hashEach(a, n, func(b []byte, v types.GUID128) []byte { return append(b, guidBytes(v)...) }), nil
	}
	return nil, fmt.Errorf("hash(): cannot hash a value of type %s", a.Type())
}

func hashEach[T column.Value](a column.Column, n int, bytes func(buf []byte, v T) []byte) []int64 {
	v := column.ViewOf[T](a)
	out := make([]int64, n)
	var buf []byte
	for i := range out {
		buf = buf[:0]
		if !v.Null(i) {
			buf = bytes(buf, v.At(i))
		}
		out[i] = int64(xxHash64(buf))
	}
	return out
}

func combineRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	out := make([]int64, n)
	views := longViews(args)
	for i := range out {
		h := uint64(0)
		for k := range views {
			h = combineHashes(h, uint64(views[k].At(i)))
		}
		out[i] = int64(h)
	}
	return column.NewVec(c.Out, out, nil), nil
}

func hashManyRows(c *function.Call, args []column.Column, n int) (column.Column, error) {
	combined := make([]uint64, n)
	for _, a := range args {
		hashes, err := hashesOf(a, n)
		if err != nil {
			return nil, err
		}
		for i, h := range hashes {
			combined[i] = combineHashes(combined[i], uint64(h))
		}
	}
	out := make([]int64, n)
	for i, h := range combined {
		out[i] = int64(h)
	}
	return column.NewVec(c.Out, out, nil), nil
}

// combineHashes mixes b into a. Kusto does not document how it does, and warns
// that it may change; the number is good within a query only.
func combineHashes(a, b uint64) uint64 { return xxMerge(bits.RotateLeft64(a, 17)+xxPrime5, b) }

// The primes of xxHash64.
const (
	xxPrime1 uint64 = 0x9E3779B185EBCA87
	xxPrime2 uint64 = 0xC2B2AE3D27D4EB4F
	xxPrime3 uint64 = 0x165667B19E3779F9
	xxPrime4 uint64 = 0x85EBCA77C2B2AE63
	xxPrime5 uint64 = 0x27D4EB2F165667C5
)

func xxRound(acc, input uint64) uint64 {
	return bits.RotateLeft64(acc+input*xxPrime2, 31) * xxPrime1
}

func xxMerge(acc, v uint64) uint64 { return (acc^xxRound(0, v))*xxPrime1 + xxPrime4 }

// xxHash64 is XXH64 with seed 0, which Kusto's hash() is.
//
// Source: the xxHash specification, version 0.1.1.
func xxHash64(b []byte) uint64 {
	n := uint64(len(b))
	h := xxPrime5
	if len(b) >= 32 {
		v1, v2, v3, v4 := xxPrime1, xxPrime2, uint64(0), ^xxPrime1+1
		v1 += xxPrime2
		for ; len(b) >= 32; b = b[32:] {
			v1 = xxRound(v1, binary.LittleEndian.Uint64(b))
			v2 = xxRound(v2, binary.LittleEndian.Uint64(b[8:]))
			v3 = xxRound(v3, binary.LittleEndian.Uint64(b[16:]))
			v4 = xxRound(v4, binary.LittleEndian.Uint64(b[24:]))
		}
		h = bits.RotateLeft64(v1, 1) + bits.RotateLeft64(v2, 7) + bits.RotateLeft64(v3, 12) + bits.RotateLeft64(v4, 18)
		h = xxMerge(xxMerge(xxMerge(xxMerge(h, v1), v2), v3), v4)
	}
	h += n
	for ; len(b) >= 8; b = b[8:] {
		h = bits.RotateLeft64(h^xxRound(0, binary.LittleEndian.Uint64(b)), 27)*xxPrime1 + xxPrime4
	}
	if len(b) >= 4 {
		h = bits.RotateLeft64(h^uint64(binary.LittleEndian.Uint32(b))*xxPrime1, 23)*xxPrime2 + xxPrime3
		b = b[4:]
	}
	for _, c := range b {
		h = bits.RotateLeft64(h^uint64(c)*xxPrime5, 11) * xxPrime1
	}
	h = (h ^ h>>33) * xxPrime2
	h = (h ^ h>>29) * xxPrime3
	return h ^ h>>32
}

// guidBytes returns a guid as .NET lays it out: the first three groups with
// their low byte first.
func guidBytes(g types.GUID128) []byte {
	return []byte{g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]}
}
