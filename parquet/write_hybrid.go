package parquet

import (
	"encoding/binary"
	"math/bits"
)

// appendCodes appends the codes of a page, of a dictionary with n values: their
// width in bits, then runs.
func appendCodes(dst []byte, codes []uint32, n int) []byte {
	width := uint(bits.Len(uint(max(n, 1) - 1)))
	return appendRuns(append(dst, byte(width)), codes, width)
}

// appendLevels appends the definition levels of a page.
func appendLevels(dst []byte, p *openPage) []byte {
	if p.levels != nil {
		return appendRuns(dst, p.levels, 1)
	}
	level := uint32(1)
	if p.nulls > 0 {
		level = 0
	}
	return appendRun(dst, level, p.rows, 1)
}

// leastRun is the length from which on a run is written as one. It is more than
// a group, because a run ends the packed groups before it, whose length takes
// another byte.
const leastRun = 16

// appendRuns appends values in Parquet's mixture of run lengths and bit-packed
// groups of eight.
//
// Source: the Parquet format, "Encodings", Run Length Encoding / Bit-Packing
// Hybrid.
func appendRuns(dst []byte, vals []uint32, width uint) []byte {
	packed := 0 // where the groups that are not written yet begin
	for i := 0; i < len(vals); {
		n := runLength(vals[i:])
		if n < leastRun {
			i = min(i+8, len(vals))
			continue
		}
		dst = appendGroups(dst, vals[packed:i], width)
		dst = appendRun(dst, vals[i], n, width)
		i += n
		packed = i
	}
	return appendGroups(dst, vals[packed:], width)
}

// runLength returns how often the first value is repeated.
func runLength(vals []uint32) int {
	n := 1
	for n < len(vals) && vals[n] == vals[0] {
		n++
	}
	return n
}

func appendRun(dst []byte, v uint32, n int, width uint) []byte {
	dst = binary.AppendUvarint(dst, uint64(n)<<1)
	for range (width + 7) / 8 {
		dst = append(dst, byte(v))
		v >>= 8
	}
	return dst
}

// appendGroups appends values in groups of eight, of which only the last of a
// page may be filled up with zeros.
func appendGroups(dst []byte, vals []uint32, width uint) []byte {
	if len(vals) == 0 {
		return dst
	}
	dst = binary.AppendUvarint(dst, uint64(len(vals)+7)/8<<1|1)
	var acc uint64
	var have uint
	for _, v := range vals {
		acc |= uint64(v) << have
		if have += width; have >= 32 {
			dst = binary.LittleEndian.AppendUint32(dst, uint32(acc))
			acc >>= 32
			have -= 32
		}
	}
	have += width * uint(-len(vals)&7)
	for ; have > 0; have -= min(have, 8) {
		dst = append(dst, byte(acc))
		acc >>= 8
	}
	return dst
}

// packBools returns booleans, a byte each, as bits.
func packBools(dst, vals []byte) []byte {
	for i := 0; i < len(vals); i += 8 {
		var b byte
		for j, v := range vals[i:min(i+8, len(vals))] {
			b |= v << j
		}
		dst = append(dst, b)
	}
	return dst
}
