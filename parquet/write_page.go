package parquet

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// An openPage is the rows of a page that is being filled.
type openPage struct {
	rows, nulls int
	levels      []uint32 // 1 for each row with a value, 0 for others; nil while all are alike
	codes       []uint32 // of the values, if they are in the dictionary
	data        []byte   // the values otherwise, in plain encoding

	levelMemory []uint32
}

func (p *openPage) reset() {
	if p.levels != nil {
		p.levelMemory = p.levels[:0]
	}
	p.rows, p.nulls, p.levels, p.codes, p.data = 0, 0, nil, p.codes[:0], p.data[:0]
}

// mark adds n rows with or without a value.
func (p *openPage) mark(n int, present bool) {
	p.rows += n
	level := uint32(1)
	if !present {
		p.nulls += n
		level = 0
	}
	if p.levels == nil {
		if p.nulls == 0 || p.nulls == p.rows {
			return
		}
		p.levels = p.levelMemory[:0]
		for range p.rows - n {
			p.levels = append(p.levels, 1-level)
		}
	}
	for range n {
		p.levels = append(p.levels, level)
	}
}

// A finishedPage is a page as it will be in the file, and what is known of it.
type finishedPage struct {
	rows, nulls  int
	encoding     format.Encoding
	header, body []byte
	bounds       bounded
}

// encode returns the open page as it will be in the file: the levels as they
// are, the values compressed where that makes them smaller.
func (c *columnWriter) encode() finishedPage {
	p := &c.open
	out := finishedPage{rows: p.rows, nulls: p.nulls, bounds: c.boundsOf()}
	var levels []byte
	if c.optional {
		levels = appendLevels(nil, p)
	}
	var values []byte
	values, out.encoding = c.values(p)
	plainText := c.isText() && out.encoding == format.Plain
	body, packed := c.compress(levels, values, plainText && c.framed)
	if deltas := c.deltas(p, len(body)-len(levels)); deltas != nil {
		values, out.encoding = deltas, format.DeltaBinaryPacked
		body, packed = c.compress(levels, values, false)
	}
	if plainText {
		c.framed = framedRatio*len(body) > len(values)
	}
	out.body = body
	h := format.PageHeader{Type: format.DataPageV2, UncompressedPageSize: int32(len(levels) + len(values)), CompressedPageSize: int32(len(body)),
		CRC: int32(crc32.ChecksumIEEE(body))}
	h.DataPageHeaderV2 = thrift.New(format.DataPageHeaderV2{NumValues: int32(p.rows), NumNulls: int32(p.nulls), NumRows: int32(p.rows),
		Encoding: out.encoding, DefinitionLevelsByteLength: int32(len(levels)), IsCompressed: thrift.New(packed)})
	out.header = encodeThrift(&h)
	c.raw += len(out.header) + len(levels) + len(values)
	return out
}

// values returns the values of p as they are written, until the scratch memory is
// used again.
func (c *columnWriter) values(p *openPage) ([]byte, format.Encoding) {
	switch {
	case p.nulls == p.rows:
	case c.coded:
		c.scratch = appendCodes(c.scratch[:0], p.codes, len(c.dict.Texts))
		return c.scratch, format.RLEDictionary
	case c.physical == format.Boolean:
		c.scratch = packBools(c.scratch[:0], p.data)
		return c.scratch, format.Plain
	}
	return p.data, format.Plain
}

// deltas returns p's values as differences, where these take no more than the plain
// values, which are so many bytes compressed, or hardly more: they are read faster.
func (c *columnWriter) deltas(p *openPage, compressed int) []byte {
	if c.physical != format.Int64 || len(p.data) < leastToCompress {
		return nil
	}
	var ok bool
	c.scratch, ok = appendDeltas(c.scratch[:0], p.data, compressed+compressed/8)
	if !ok {
		return nil
	}
	return c.scratch
}

// dictionaryPage returns the page of the dictionary's values; nil if there are
// none.
func (c *columnWriter) dictionaryPage() (header, body []byte) {
	if c.dict == nil || len(c.dict.Texts) == 0 {
		return nil, nil
	}
	values := c.scratch[:0]
	for _, s := range c.dict.Texts {
		values = append(binary.LittleEndian.AppendUint32(values, uint32(len(s))), s...)
	}
	c.scratch = values
	body, framed := c.appendFrames(nil, values)
	if !framed {
		body = c.zstd.EncodeAll(values, nil)
	}
	h := format.PageHeader{Type: format.DictionaryPage, UncompressedPageSize: int32(len(values)), CompressedPageSize: int32(len(body)), CRC: int32(crc32.ChecksumIEEE(body))}
	h.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: int32(len(c.dict.Texts)), Encoding: format.Plain})
	header = encodeThrift(&h)
	c.raw += len(header) + len(values)
	return header, body
}

// compress returns levels and values one behind the other, the values compressed
// if that pays, in frames if they are to be.
func (c *columnWriter) compress(levels, values []byte, framed bool) (body []byte, packed bool) {
	body = bytes.Clone(levels)
	if len(values) >= leastToCompress {
		if framed {
			body, framed = c.appendFrames(body, values)
		}
		if !framed {
			body = c.zstd.EncodeAll(values, body)
		}
		if len(body) < len(levels)+len(values) {
			return bytes.Clone(body), true // the encoder takes more memory than it needs
		}
	}
	return append(body[:len(levels)], values...), false
}

// leastToCompress is the size of values that no compression makes smaller than
// its own header.
const leastToCompress = 32

// encodeThrift returns v in Thrift's compact protocol. Its types are the
// library's own, which it can all encode, into memory, which takes everything.
func encodeThrift(v any) []byte {
	b, _ := thrift.Marshal(new(thrift.CompactProtocol), v)
	return b
}
