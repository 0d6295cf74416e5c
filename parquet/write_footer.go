package parquet

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/bloom/xxhash"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// A writtenGroup is what the footer says of a row group.
type writtenGroup struct {
	group   format.RowGroup
	columns []*format.ColumnIndex // nil where the values have no bounds
	offsets []format.OffsetIndex
}

func (g *writtenGroup) add(m format.ColumnMetaData, c *format.ColumnIndex, o format.OffsetIndex) {
	g.group.Columns = append(g.group.Columns, format.ColumnChunk{MetaData: m})
	g.group.TotalByteSize += m.TotalUncompressedSize
	g.group.TotalCompressedSize += m.TotalCompressedSize
	g.columns, g.offsets = append(g.columns, c), append(g.offsets, o)
}

// write writes the column's pages and returns what the footer says of them.
func (c *columnWriter) write(out *output) (m format.ColumnMetaData, index *format.ColumnIndex, offsets format.OffsetIndex) {
	begin := out.at
	m = format.ColumnMetaData{Type: c.physical, PathInSchema: []string{c.name}, Codec: format.Zstd}
	header, body := c.dictionaryPage()
	if header != nil {
		m.DictionaryPageOffset = out.at
		m.EncodingStats = append(m.EncodingStats, format.PageEncodingStats{PageType: format.DictionaryPage, Encoding: format.Plain, Count: 1})
		out.write(header)
		out.write(body)
	}
	m.DataPageOffset = out.at
	index = &format.ColumnIndex{}
	var whole bounded
	rows, nulls := 0, 0
	counts := map[format.Encoding]int32{} // of the pages
	for _, p := range c.pages {
		offsets.PageLocations = append(offsets.PageLocations, format.PageLocation{
			Offset: out.at, CompressedPageSize: int32(len(p.header) + len(p.body)), FirstRowIndex: int64(rows)})
		out.write(p.header)
		out.write(p.body)
		rows, nulls = rows+p.rows, nulls+p.nulls
		counts[p.encoding]++
		index.NullPages = append(index.NullPages, p.nulls == p.rows)
		index.NullCounts = append(index.NullCounts, int64(p.nulls))
		index.MinValues = append(index.MinValues, p.bounds.low)
		index.MaxValues = append(index.MaxValues, p.bounds.high)
		c.widen(&whole, p)
	}
	m.NumValues = int64(rows)
	m.TotalCompressedSize, m.TotalUncompressedSize = out.at-begin, int64(c.raw)
	m.Statistics = format.Statistics{NullCount: int64(nulls)}
	if !whole.unknown && !whole.cut {
		m.Statistics.MinValue, m.Statistics.MaxValue = whole.low, whole.high
	}
	if whole.unknown {
		index = nil
	}
	m.Encoding = []format.Encoding{format.RLE}
	for _, e := range []format.Encoding{format.Plain, format.RLEDictionary, format.DeltaBinaryPacked} {
		if counts[e] > 0 || e == format.Plain && header != nil {
			m.Encoding = append(m.Encoding, e)
		}
		if counts[e] > 0 {
			m.EncodingStats = append(m.EncodingStats, format.PageEncodingStats{PageType: format.DataPageV2, Encoding: e, Count: counts[e]})
		}
	}
	return m, index, offsets
}

// widen widens the bounds of the whole column by those of a page.
func (c *columnWriter) widen(whole *bounded, p finishedPage) {
	if p.nulls == p.rows {
		return
	}
	b := p.bounds
	whole.cut, whole.unknown = whole.cut || b.cut, whole.unknown || b.unknown
	if whole.unknown {
		return
	}
	if whole.low == nil || c.less(b.low, whole.low) {
		whole.low = b.low
	}
	if whole.high == nil || c.less(whole.high, b.high) {
		whole.high = b.high
	}
}

// less compares two values in plain encoding.
func (c *columnWriter) less(a, b []byte) bool {
	switch c.physical {
	case format.Int64:
		return int64(binary.LittleEndian.Uint64(a)) < int64(binary.LittleEndian.Uint64(b))
	case format.Int32:
		return int32(binary.LittleEndian.Uint32(a)) < int32(binary.LittleEndian.Uint32(b))
	case format.Double:
		return realOf(a) < realOf(b)
	}
	return bytes.Compare(a, b) < 0
}

// bitsPerValue of a Bloom filter let one in a hundred absent values pass.
const bitsPerValue = 10

// writeBloom writes the column's Bloom filter, if it has one.
func (c *columnWriter) writeBloom(out *output, m *format.ColumnMetaData) {
	if !c.blooms {
		return
	}
	for _, s := range c.dict.Texts {
		c.hashes = append(c.hashes, bloomHash(s))
	}
	slices.Sort(c.hashes)
	c.hashes = slices.Compact(c.hashes)
	filter := make(bloom.SplitBlockFilter, max(1, bloom.NumSplitBlocksOf(int64(len(c.hashes)), bitsPerValue)))
	filter.InsertBulk(c.hashes)
	b := filter.Bytes()
	m.BloomFilterOffset = out.at
	out.write(encodeThrift(&format.BloomFilterHeader{
		NumBytes:    int32(len(b)),
		Algorithm:   format.BloomFilterAlgorithm{Value: &format.SplitBlockAlgorithm{}},
		Hash:        format.BloomFilterHash{Value: &format.XxHash{}},
		Compression: format.BloomFilterCompression{Value: &format.BloomFilterUncompressed{}},
	}))
	out.write(b)
	m.BloomFilterLength = int32(out.at - m.BloomFilterOffset)
}

func bloomHash(s string) uint64 { return xxhash.Sum64(bytesOf(s)) }

// footer writes the page index, what the file holds, and where that is said.
func (w *Writer) footer() {
	for _, g := range w.groups {
		for i, index := range g.columns {
			if index != nil {
				c := &g.group.Columns[i]
				c.ColumnIndexOffset = w.out.at
				w.out.write(encodeThrift(index))
				c.ColumnIndexLength = int32(w.out.at - c.ColumnIndexOffset)
			}
		}
	}
	meta := format.FileMetaData{Version: 2, CreatedBy: "calypso version 1", NumRows: w.total}
	for _, g := range w.groups {
		for i := range g.offsets {
			c := &g.group.Columns[i]
			c.OffsetIndexOffset = w.out.at
			w.out.write(encodeThrift(&g.offsets[i]))
			c.OffsetIndexLength = int32(w.out.at - c.OffsetIndexOffset)
		}
		meta.RowGroups = append(meta.RowGroups, g.group)
	}
	meta.Schema = append(meta.Schema, format.SchemaElement{Name: "table", NumChildren: thrift.New(int32(len(w.cols)))})
	for i, c := range w.cols {
		meta.Schema = append(meta.Schema, c.element(c.name))
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
		meta.KeyValueMetadata = append(meta.KeyValueMetadata, format.KeyValue{Key: typeKey(c.name), Value: w.schema.Columns[i].Type.String()})
	}
	if w.o.Metadata != nil {
		key, text := w.o.Metadata()
		meta.KeyValueMetadata = append(meta.KeyValueMetadata, format.KeyValue{Key: key, Value: text})
	}
	b := encodeThrift(&meta)
	w.out.write(b)
	w.out.write(append(binary.LittleEndian.AppendUint32(nil, uint32(len(b))), magic...))
}
