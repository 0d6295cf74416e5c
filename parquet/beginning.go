package parquet

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/klauspost/compress/zstd"
	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// A few rows of a page need no more of it than what stands before the last of
// them. Zstandard compresses in blocks, each of which refers to the ones before it
// only: so the beginning of a page can be had for less than the whole.
//
// Source: RFC 8878, "Zstandard Frames".
const (
	frameMagic = "\x28\xb5\x2f\xfd"
	// plainHeader is the size of a frame's header that has the magic number, a
	// descriptor and the size of the window.
	plainHeader = len(frameMagic) + 2
	// blockHeader is the size of a block's header, blockBytes the most that a block
	// holds, as all blocks but the last usually do.
	blockHeader = 3
	blockBytes  = 128 << 10
	// maxWindow bounds the frames of which a part is decompressed; decoders have
	// a limit of their own, too.
	maxWindow = 256 << 20
)

// beginningOf returns how many bytes of a page are about enough for the first n of
// its values.
func beginningOf(h pageHeader, n int) int {
	if n >= h.values {
		return h.unpacked
	}
	want := int(int64(h.unpacked) * int64(n) / int64(h.values))
	return want + want/32 + 1<<10
}

// inflateBeginning decompresses the beginning of a frame: want bytes of size,
// about. It returns nil if that is not possible or spares nothing. The frame is
// overwritten; the result is borrowed memory.
func (file *File) inflateBeginning(frame []byte, want, size int) []byte {
	from := zstdBlocks(frame)
	if from < plainHeader || want > size-blockBytes || size > maxWindow {
		return nil
	}
	at, have := from, 0 // have is the most that the blocks before at hold
	for last := from; ; last = at {
		if len(frame)-at < blockHeader {
			return nil
		}
		h := int(frame[at]) | int(frame[at+1])<<8 | int(frame[at+2])<<16
		if h&1 != 0 {
			return nil // the last one: all of the frame is wanted
		}
		n := h >> 3
		switch h >> 1 & 3 {
		case 0: // stored
			at, have = at+blockHeader+n, have+n
		case 1: // a byte repeated
			at, have = at+blockHeader+1, have+n
		default:
			at, have = at+blockHeader+n, have+blockBytes
		}
		if at > len(frame) {
			return nil
		}
		if have >= want {
			frame[last] |= 1
			break
		}
	}
	frame = frame[from-plainHeader : at]
	copy(frame, frameMagic)
	frame[4] = 0
	frame[5] = byte(max(bits.Len(uint(size-1)), 10)-10) << 3
	z, err := file.inflater()
	if err != nil {
		return nil
	}
	defer file.inflaters.Put(z)
	// The decoder is fastest where it has room for a block more.
	buf := file.memory.take(have + blockBytes)
	out, err := z.DecodeAll(frame, buf[:0])
	if err != nil || len(out) > len(buf) {
		file.memory.give(buf)
		return nil
	}
	return out
}

// zstdBlocks returns where the blocks of a frame begin; 0 if it is no frame or one
// that needs a dictionary of its own.
func zstdBlocks(b []byte) int {
	if len(b) < plainHeader || string(b[:4]) != frameMagic || b[4]&3 != 0 {
		return 0
	}
	single := b[4]&(1<<5) != 0
	size := []int{0, 2, 4, 8}[b[4]>>6] // of the content's size
	if single && size == 0 {
		size = 1
	}
	if !single {
		size++ // the window
	}
	return len(frameMagic) + 1 + size
}

// inflater returns a decoder; it goes back to f.inflaters.
func (file *File) inflater() (*zstd.Decoder, error) {
	if z, ok := file.inflaters.Get().(*zstd.Decoder); ok {
		return z, nil
	}
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
}

// beginning reads the first need texts of the dictionary, or some more: values
// that are frequent come early, so that a handful of rows needs a fraction of
// it. It returns nil where that is not possible. They are in borrowed memory.
func (r *pageReader) beginning(need int) (*dictionary, error) {
	meta := r.g.meta(r.field.leaf)
	if r.field.from.kind != pq.ByteArray || meta.Codec != format.Zstd {
		return nil, nil
	}
	file := r.g.file
	raw := file.memory.take(r.layout.dict.size)
	defer file.memory.give(raw)
	h, body, err := r.raw(r.layout.dict, raw)
	if err != nil {
		return nil, err
	}
	if h.unpacked > math.MaxUint32-4 || int64(h.unpacked) > meta.TotalUncompressedSize || need > h.values {
		return nil, nil
	}
	page := file.inflateBeginning(body, beginningOf(h, need), h.unpacked)
	if page == nil {
		return nil, nil
	}
	d := &dictionary{n: h.values, gap: 4, starts: []uint32{4}, page: page, lent: &file.memory}
	d.measure()
	if len(d.starts) <= need || d.has(-1) {
		file.memory.give(page)
		return nil, nil
	}
	d.bytes = int64(len(page) + 4*cap(d.starts))
	return d, nil
}

// measure finds the texts that lie wholly in what has been read.
func (d *dictionary) measure() {
	at := int(d.starts[len(d.starts)-1])
	for at <= len(d.page) && len(d.starts) <= d.n {
		end := at + int(binary.LittleEndian.Uint32(d.page[at-4:]))
		if end > len(d.page) {
			return
		}
		at = end + 4
		d.starts = append(d.starts, uint32(at))
	}
}
