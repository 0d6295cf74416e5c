package parquet

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/parquet-go/bitpack"
)

var errHybrid = errors.New("run-length codes are damaged")

// codesOf reads the dictionary codes of a data page: their width in bits, then
// runs. src has slack behind it. The codes may be in the memory of buf.
func codesOf(buf []uint32, src []byte, n int) ([]uint32, error) {
	if n == 0 {
		return nil, nil
	}
	if len(src) == 0 || src[0] > 32 {
		return nil, errHybrid
	}
	if cap(buf) < n {
		buf = uncleared[uint32](n)
	}
	buf = buf[:n]
	return buf, hybrid(buf, src[1:], uint(src[0]))
}

// hybrid fills dst with the values of Parquet's mixture of run lengths and
// bit-packed groups of eight.
//
// Source: the Parquet format, "Encodings", Run Length Encoding / Bit-Packing
// Hybrid.
func hybrid(dst []uint32, src []byte, width uint) error {
	bytes := int(width+7) / 8 // of a value that is repeated
	for len(dst) > 0 {
		head, size := binary.Uvarint(src)
		if size <= 0 {
			return errHybrid
		}
		src = src[size:]
		if head&1 == 0 {
			n := int(min(head>>1, uint64(len(dst))))
			if n == 0 || len(src) < bytes {
				return errHybrid
			}
			var v uint32
			for i, b := range src[:bytes] {
				v |= uint32(b) << (8 * i)
			}
			src = src[bytes:]
			run := dst[:n]
			for i := range run {
				run[i] = v
			}
			dst = dst[n:]
			continue
		}
		// The last groups may be more than there are values, and their bytes be left
		// out.
		groups := head >> 1
		if groups == 0 || groups > math.MaxInt32 {
			return errHybrid
		}
		n := int(min(8*groups, uint64(len(dst))))
		packed := int(min(groups*uint64(width), uint64(len(src))))
		if (uint(n)*width+7)/8 > uint(packed) {
			return errHybrid
		}
		whole := n &^ 7
		unpackBits(dst[:whole], src, width)
		if whole < n {
			var last [8]uint32
			unpackBits(last[:], src[whole/8*int(width):], width)
			copy(dst[whole:n], last[:])
		}
		src, dst = src[packed:], dst[n:]
	}
	return nil
}

// codesAt reads the dictionary codes at the positions given, which ascend;
// negative ones are left out. It is for few positions: the codes between them
// are stepped over.
func codesAt(src []byte, positions []int32) ([]uint32, error) {
	if len(src) == 0 || src[0] > 32 {
		return nil, errHybrid
	}
	width := uint(src[0])
	src = src[1:]
	out := make([]uint32, 0, len(positions))
	bytes := int(width+7) / 8
	first := 0 // position of the run's first code
	var run []byte
	count, packed := 0, false
	for _, p := range positions {
		if p < 0 {
			continue
		}
		for int(p) >= first+count {
			head, size := binary.Uvarint(src)
			if size <= 0 || head>>1 == 0 || head>>1 > 1<<31 {
				return nil, errHybrid
			}
			src = src[size:]
			first += count
			n := bytes
			if packed = head&1 != 0; packed {
				count = 8 * int(head>>1)
				n = min(int(head>>1)*int(width), len(src))
			} else {
				count = int(head >> 1)
			}
			if n > len(src) {
				return nil, errHybrid
			}
			run, src = src[:n], src[n:]
		}
		bit := uint(0)
		if packed {
			bit = uint(int(p)-first) * width
		}
		if (bit+width+7)/8 > uint(len(run)) {
			return nil, errHybrid
		}
		word := binary.LittleEndian.Uint64(run[bit/8 : bit/8+8 : cap(run)])
		out = append(out, uint32(word>>(bit%8)&(1<<width-1)))
	}
	return out, nil
}

// unpackBits reads len(dst) values of width bits each. src has slack.
func unpackBits(dst []uint32, src []byte, width uint) {
	if width == 0 {
		clear(dst)
		return
	}
	bitpack.Unpack(dst, src[:cap(src)], width)
}

// slotsOfLevels returns for each of n rows the position of its value, -1 if the
// row has none; nil where every row has one. present is the number of values.
func slotsOfLevels(levels []byte, n int) (slots []int32, present int, err error) {
	if head, size := binary.Uvarint(levels); size > 0 && head&1 == 0 && head>>1 >= uint64(n) && len(levels) > size && levels[size] == 1 {
		return nil, n, nil
	}
	defined := make([]uint32, n)
	if err := hybrid(defined, levels, 1); err != nil {
		return nil, 0, err
	}
	slots = make([]int32, n)
	for i, l := range defined {
		slots[i] = int32(present) | (int32(l&1) - 1) // -1 where l is 0
		present += int(l & 1)
	}
	return slots, present, nil
}
