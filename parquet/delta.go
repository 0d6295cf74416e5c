package parquet

import (
	"encoding/binary"
	"errors"
	"math/bits"

	"github.com/parquet-go/bitpack"
)

// Parquet's DELTA_BINARY_PACKED of 64-bit integers: the first value, then blocks of
// differences, of which each has the least one and, in miniblocks, how much more the
// others are, in as many bits as the largest needs. Times in the order in which they
// came, and numbers of few digits, take a quarter of their plain bytes and a tenth of
// the time that decompressing those takes.
//
// The library has the encoding, too; its decoder trusts the widths that a page claims.
//
// Source: the Parquet format, "Encodings", Delta Encoding.
const (
	deltaBlock      = 128 // values
	deltaMiniblocks = 4   // of a block
	deltaRun        = 32  // values that are packed at once: of these every miniblock has a multiple
	deltaMostBlock  = 1 << 16
)

var errDeltas = errors.New("differences are damaged")

// appendDeltas appends the integers of plain, which has 8 bytes of each and one at
// least, to dst; !ok if they would take more than so many bytes.
func appendDeltas(dst, plain []byte, most int) (_ []byte, ok bool) {
	n := len(plain) / wordSize
	most += len(dst)
	last := int64(binary.LittleEndian.Uint64(plain))
	dst = binary.AppendUvarint(dst, deltaBlock)
	dst = binary.AppendUvarint(dst, deltaMiniblocks)
	dst = binary.AppendUvarint(dst, uint64(n))
	dst = binary.AppendVarint(dst, last)
	for at := 1; at < n && len(dst) <= most; at += deltaBlock {
		var deltas [deltaBlock]int64
		in := deltas[:min(deltaBlock, n-at)]
		for i := range in {
			v := int64(binary.LittleEndian.Uint64(plain[wordSize*(at+i):]))
			in[i], last = v-last, v
		}
		dst = appendDeltaBlock(dst, &deltas, len(in))
	}
	return dst, len(dst) <= most
}

// appendDeltaBlock appends a block of n differences, which it changes.
func appendDeltaBlock(dst []byte, deltas *[deltaBlock]int64, n int) []byte {
	least := deltas[0]
	for _, d := range deltas[1:n] {
		least = min(least, d)
	}
	var widths [deltaMiniblocks]byte
	for i := range deltas[:n] {
		deltas[i] -= least // modulo 2^64, as it is added again
		w := &widths[i/deltaRun]
		*w = max(*w, byte(bits.Len64(uint64(deltas[i]))))
	}
	dst = append(binary.AppendVarint(dst, least), widths[:]...)
	for i, w := range widths {
		if w > 0 {
			var packed [deltaRun*wordSize + bitpack.PaddingInt64]byte
			bitpack.Pack(packed[:], deltas[deltaRun*i:deltaRun*(i+1)], uint(w))
			dst = append(dst, packed[:deltaRun/8*int(w)]...)
		}
	}
	return dst
}

// decodeDeltas decodes integers from src, which has slack behind it, to out, which has
// 8 bytes for each.
func decodeDeltas(out, src []byte) error {
	var head [3]uint64 // block size, miniblocks of a block, values
	for i := range head {
		v, size := binary.Uvarint(src)
		if size <= 0 {
			return errDeltas
		}
		head[i], src = v, src[size:]
	}
	value, size := binary.Varint(src)
	block, miniblocks := head[0], head[1]
	switch {
	case size <= 0, block == 0, block > deltaMostBlock, miniblocks == 0, miniblocks > block,
		block%miniblocks != 0, block/miniblocks%deltaRun != 0, head[2] != uint64(len(out)/wordSize):
		return errDeltas
	}
	src = src[size:]
	if len(out) == 0 {
		return nil
	}
	binary.LittleEndian.PutUint64(out, uint64(value))
	d := deltaDecoder{src: src, out: out[wordSize:], last: value}
	for len(d.out) > 0 {
		if !d.block(int(miniblocks), int(block/miniblocks)) {
			return errDeltas
		}
	}
	return nil
}

// A deltaDecoder decodes what follows the first value.
type deltaDecoder struct {
	src, out []byte
	last     int64
}

// block decodes a block, as far as there are values; !ok if it is damaged.
func (d *deltaDecoder) block(miniblocks, values int) (ok bool) {
	least, size := binary.Varint(d.src)
	if size <= 0 || len(d.src)-size < miniblocks {
		return false
	}
	widths := d.src[size : size+miniblocks]
	d.src = d.src[size+miniblocks:]
	for _, w := range widths {
		for at := 0; at < values && len(d.out) > 0; at += deltaRun {
			if !d.run(least, uint(w)) {
				return false
			}
		}
	}
	return true
}

// run decodes values that were packed at once. The last ones may be fewer, and the
// bytes of those that are not there be missing.
func (d *deltaDecoder) run(least int64, width uint) (ok bool) {
	var deltas [deltaRun]int64
	n := min(deltaRun, len(d.out)/wordSize)
	packed := deltaRun / 8 * int(width)
	switch {
	case width > 64 || (n*int(width)+7)/8 > len(d.src):
		return false
	case width == 0:
	case packed <= len(d.src) && packed+bitpack.PaddingInt64 <= cap(d.src):
		bitpack.Unpack(deltas[:], d.src, width)
	default:
		var last [deltaRun*wordSize + bitpack.PaddingInt64]byte
		copy(last[:packed], d.src)
		bitpack.Unpack(deltas[:], last[:], width)
	}
	d.src = d.src[min(packed, len(d.src)):]
	out, v := d.out[:wordSize*n], d.last
	for i := range n {
		v += least + deltas[i]
		binary.LittleEndian.PutUint64(out[wordSize*i:], uint64(v))
	}
	d.out, d.last = d.out[wordSize*n:], v
	return true
}
