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
	// mostHeader is the most that a frame's header takes.
	mostHeader = 18
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

// inflateBeginning decompresses the beginning of a page's values, which begin at from
// in its body: want bytes of size, about. It returns nil if that is not possible or
// spares nothing. The result is borrowed memory.
func (p *rawPage) inflateBeginning(from, want, size int) []byte {
	if size > maxWindow {
		return nil
	}
	for {
		per := p.file.blockSize()
		if want > size-per || p.need(from+mostHeader) != nil {
			return nil
		}
		blocks := zstdBlocks(p.body()[from:])
		if blocks < plainHeader {
			return nil
		}
		some, ok := p.blocksFor(from+blocks, want, per)
		if !ok || p.need(some.end) != nil {
			return nil
		}
		out := p.inflateBlocks(some, size)
		if out == nil || len(out) >= want || some.unknown == 0 {
			return out
		}
		// These blocks have less than they may, as others of the file will.
		have := max(1, (len(out)-some.known)/some.unknown)
		p.file.memory.give(out)
		if have >= per {
			return nil
		}
		p.file.block.Store(int64(have))
	}
}

// blockSize returns how many bytes a compressed block of the file's pages has: what is
// not written there, but alike in all blocks of most writers.
func (file *File) blockSize() int {
	if n := file.block.Load(); n > 0 {
		return int(n)
	}
	return blockBytes
}

// A someBlocks is the first blocks of a frame.
type someBlocks struct {
	from, last, end int // where they, and the last of them, begin, and where that ends
	known           int // bytes that those have which say so
	unknown         int // blocks that do not
}

// blocksFor returns the blocks of the frame that have want bytes, if those that do not
// say have per each. The first begins at from. It is !ok if it takes all of the frame.
func (p *rawPage) blocksFor(from, want, per int) (b someBlocks, ok bool) {
	body := p.body()
	b.from, b.end = from, from
	for b.known+b.unknown*per < want {
		if len(body)-b.end < blockHeader || p.need(b.end+blockHeader) != nil {
			return b, false
		}
		b.last = b.end
		h := int(body[b.last]) | int(body[b.last+1])<<8 | int(body[b.last+2])<<16
		if h&1 != 0 {
			return b, false
		}
		n := h >> 3
		switch h >> 1 & 3 {
		case 0: // stored
			b.end, b.known = b.end+blockHeader+n, b.known+n
		case 1: // a byte repeated
			b.end, b.known = b.end+blockHeader+1, b.known+n
		default:
			b.end, b.unknown = b.end+blockHeader+n, b.unknown+1
		}
		if b.end > len(body) {
			return b, false
		}
	}
	return b, true
}

// room returns how much memory to borrow for the blocks, if those that do not say have
// per bytes each, of a page of size bytes: with a block more the decoder is fastest.
// Few sizes of buffers are borrowed so, each of which is kept for a while.
func (b someBlocks) room(per, size int) int {
	n := b.known + b.unknown*per + blockBytes
	return min(1<<bits.Len(uint(n-1)), size)
}

// inflateBlocks decompresses the first blocks of a frame that has size bytes in all;
// nil if they are damaged. Meanwhile bytes of the page are others.
func (p *rawPage) inflateBlocks(b someBlocks, size int) []byte {
	z, err := p.file.inflater()
	if err != nil {
		return nil
	}
	defer p.file.inflaters.Put(z)
	body := p.body()
	frame := body[b.from-plainHeader : b.end]
	before := [plainHeader]byte(frame)
	defer func() {
		copy(frame, before[:])
		body[b.last] &^= 1
	}()
	body[b.last] |= 1 // says that it is the last block
	copy(frame, frameMagic)
	frame[4] = 0
	frame[5] = byte(max(bits.Len(uint(size-1)), 10)-10) << 3
	buf := p.file.memory.take(b.room(p.file.blockSize(), size))
	out, err := z.DecodeAll(frame, buf[:0])
	if err != nil || len(out) > len(buf) {
		p.file.memory.give(buf)
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
	raw, err := r.raw(r.layout.dict, false)
	defer raw.giveBack()
	if err != nil {
		return nil, err
	}
	h := raw.header
	if h.unpacked > math.MaxUint32-4 || int64(h.unpacked) > meta.TotalUncompressedSize || need > h.values {
		return nil, nil
	}
	page := raw.inflateBeginning(0, beginningOf(h, need), h.unpacked)
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
