package parquet

import (
	"encoding/binary"
	"errors"

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
	if cap(buf) < n+7 {
		buf = uncleared[uint32](n + 7)
	}
	return hybrid(buf[:0], src[1:], uint(src[0]), n)
}

// hybrid appends n values from Parquet's mixture of run lengths and bit-packed
// groups of eight. It may write up to seven more behind the end.
//
// Source: the Parquet format, "Encodings", Run Length Encoding / Bit-Packing
// Hybrid.
func hybrid(dst []uint32, src []byte, width uint, n int) ([]uint32, error) {
	for len(dst) < n {
		head, size := binary.Uvarint(src)
		if size <= 0 {
			return nil, errHybrid
		}
		src = src[size:]
		if head&1 == 0 {
			run := int(min(head>>1, uint64(n-len(dst))))
			bytes := int(width+7) / 8
			if run == 0 || len(src) < bytes {
				return nil, errHybrid
			}
			var v uint32
			for i := range bytes {
				v |= uint32(src[i]) << (8 * i)
			}
			src = src[bytes:]
			for range run {
				dst = append(dst, v)
			}
			continue
		}
		groups := head >> 1
		if groups == 0 || groups > uint64(n) {
			return nil, errHybrid
		}
		count := 8 * int(groups)
		bytes := int(groups) * int(width)
		if want := (n - len(dst) + 7) / 8 * 8; count > want {
			count = want // the last groups may be more than there are values
			bytes = min(bytes, len(src))
		}
		if bytes > len(src) || (uint(count)*width+7)/8 > uint(len(src)) {
			return nil, errHybrid
		}
		at := len(dst)
		for cap(dst) < at+count {
			dst = append(dst[:cap(dst)], 0)
		}
		dst = dst[:at+count]
		unpackBits(dst[at:], src, width)
		src = src[bytes:]
	}
	return dst[:n], nil
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
	var defined []uint32
	if n > 0 {
		if defined, err = hybrid(make([]uint32, 0, n+7), levels, 1, n); err != nil {
			return nil, 0, err
		}
	}
	slots = make([]int32, n)
	for i, l := range defined {
		slots[i] = int32(present) | (int32(l&1) - 1) // -1 where l is 0
		present += int(l & 1)
	}
	return slots, present, nil
}
