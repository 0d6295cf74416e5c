package parquet

import (
	"encoding/binary"
	"slices"
	"unsafe"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"github.com/calypso-kql/calypso/kql/types"
)

// A page without nulls that a decoder has room for is read into that room: 64-bit
// integers are decompressed there, codes unpacked there. What has to be done to them
// is then done in place.

// isWords reports whether the column's stored values are 64-bit integers, of which
// each becomes one by a multiplication and an addition.
func (d *decoder) isWords() bool {
	from := d.f.from
	return from.kind == pq.Int64 && d.f.to != types.Real && from.div <= 1 && from.digits < 0
}

// placeOf returns the memory of the decoder's room for the page that h is the header
// of, where its values can be decompressed there: nothing may be written behind them,
// where another page is. It is nil if they cannot, or if d is nil.
func (d *decoder) placeOf(h pageHeader) []byte {
	if h.encoding != format.Plain || h.unpacked != wordSize*h.values {
		return nil
	}
	return d.wordPlace(h)
}

// wordPlace is placeOf for the page's values in plain encoding, whatever they are in.
func (d *decoder) wordPlace(h pageHeader) []byte {
	if d == nil || !d.isWords() || h.values != d.capacity || len(d.ints) > 0 || cap(d.ints) != h.values {
		return nil
	}
	withoutNulls := h.kind == format.DataPageV2 && h.nulls == 0 || h.kind == format.DataPage && !d.f.from.optional
	if !withoutNulls || h.values == 0 {
		return nil
	}
	size := wordSize * h.values
	room := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(d.ints))), size)
	return room[:size:size]
}

// wordSize is the size of a 64-bit integer.
const wordSize = 8

// codePlace returns the decoder's room for the codes of n rows; nil if it has none,
// or if d is nil.
func (d *decoder) codePlace(n int) []uint32 {
	if d == nil || n == 0 || n != d.capacity || len(d.codes) > 0 || cap(d.codes) != n {
		return nil
	}
	return d.codes[:0:n]
}

// words adds 64-bit integers, all there: what most columns of times and numbers
// are. They may be in d's own memory already.
func (d *decoder) words(b []byte) {
	if d.ints == nil {
		d.ints = uncleared[int64](d.capacity)
	}
	from, n := len(d.ints), len(b)/wordSize
	d.ints = slices.Grow(d.ints, n)[:from+n]
	out := d.ints[from:]
	mul, epoch := max(1, d.f.from.mul), d.f.from.epoch
	if n > 0 && mul == 1 && epoch == 0 && isLittleEndian() && unsafe.Pointer(unsafe.SliceData(out)) == unsafe.Pointer(unsafe.SliceData(b)) {
		return
	}
	for i := range out {
		out[i] = int64(binary.LittleEndian.Uint64(b[wordSize*i:]))*mul + epoch
	}
}

// isLittleEndian reports whether integers are in memory as they are in a file.
func isLittleEndian() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

// appendPlaced appends src to dst; src may be there already, behind dst's end.
func appendPlaced(dst, src []uint32) []uint32 {
	n := len(dst)
	if len(src) > 0 && cap(dst)-n >= len(src) && &dst[:n+1][n] == &src[0] {
		return dst[:n+len(src)]
	}
	return append(dst, src...)
}
