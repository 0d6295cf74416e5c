package parquet

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strings"

	"github.com/klauspost/compress/zstd"
	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// longBytes is the size of a column from which on its dictionary is worth reading
// in part.
const longBytes = 512 << 10

// isLongText reports whether a part of the column's dictionary can be read for
// less than the whole.
func (r *pageReader) isLongText() bool {
	m := r.g.meta(r.field.leaf)
	return r.field.from.kind == pq.ByteArray && m.Codec == format.Zstd && m.TotalUncompressedSize >= longBytes
}

// beginning reads the first need texts of the dictionary, or a few more: values
// that are frequent come early, so that a handful of rows needs a fraction of
// it. It returns nil where that is not possible.
func (r *pageReader) beginning(need int) (*dictionary, error) {
	file := r.g.file
	raw := file.memory.take(r.layout.dict.size)
	defer file.memory.give(raw)
	h, body, err := r.raw(r.layout.dict, raw)
	if err != nil {
		return nil, err
	}
	if h.unpacked < longBytes || h.unpacked > math.MaxUint32-4 || int64(h.unpacked) > r.g.meta(r.field.leaf).TotalUncompressedSize || need > h.values {
		return nil, nil
	}
	blocks := zstdBlocks(body)
	if blocks == nil {
		return nil, nil
	}
	z, err := file.inflater()
	if err != nil {
		return nil, err
	}
	defer file.inflaters.Put(z)
	if err := z.Reset(io.MultiReader(strings.NewReader(shortFrame), bytes.NewReader(blocks))); err != nil {
		return nil, err
	}
	page := fresh(min(h.unpacked, longBytes/4))
	d := &dictionary{n: h.values, gap: 4, starts: []uint32{4}}
	for have := 0; len(d.starts) <= need; {
		if have == h.unpacked {
			return nil, errText
		}
		if have == shortBytes {
			return nil, nil // references may be longer than the frame says
		}
		if have == len(page) {
			page = fresh(min(h.unpacked, 2*have))
			copy(page, d.page)
		}
		n, err := io.ReadFull(z, page[have:min(len(page), have+64<<10, shortBytes)])
		if err != nil {
			return nil, err
		}
		have += n
		d.page = page[:have]
		d.measure()
	}
	d.bytes = int64(cap(d.page) + 4*cap(d.starts))
	return d, nil
}

// shortBytes is how much of a dictionary is read at most in part. shortFrame is a
// frame's header that asks for a window of that size: a decoder makes room for the
// window that a frame asks for, and the pages' own ask for all of the page.
//
// Source: RFC 8878, "Zstandard Frames".
const (
	shortBytes = 1 << 20
	frameMagic = "\x28\xb5\x2f\xfd"
	shortFrame = frameMagic + "\x00\x50"
)

// zstdBlocks returns what follows the header of a frame; nil if it is no frame or
// one that needs a dictionary of its own.
func zstdBlocks(b []byte) []byte {
	if len(b) < 5 || string(b[:4]) != frameMagic || b[4]&3 != 0 {
		return nil
	}
	single := b[4]&(1<<5) != 0
	size := []int{0, 2, 4, 8}[b[4]>>6] // of the content's size
	if single && size == 0 {
		size = 1
	}
	if !single {
		size++ // the window
	}
	if len(b) < 5+size {
		return nil
	}
	return b[5+size:]
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

// inflater returns a decoder that can stop early; it goes back to f.inflaters.
func (file *File) inflater() (*zstd.Decoder, error) {
	if z, ok := file.inflaters.Get().(*zstd.Decoder); ok {
		return z, nil
	}
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeBuffersBelow(0), zstd.WithDecoderLowmem(true))
}
