package parquet

import (
	"errors"

	"github.com/parquet-go/parquet-go/format"
)

// A pageHeader is what a file says of a page, before the page's bytes.
type pageHeader struct {
	kind             format.PageType
	unpacked, packed int // bytes of the page, without and with compression
	crc              uint32
	hasCRC           bool
	values           int // rows, for a data page of a flat column
	nulls            int // data page v2 only
	encoding         format.Encoding
	levels, repeats  int  // bytes of definition and repetition levels, v2 only
	stored           bool // v2 only: the values are not compressed
}

var errPageHeader = errors.New("page header is damaged")

// parsePageHeader reads the header at the start of b, in Thrift's compact
// protocol, and returns its length. Statistics are skipped.
func parsePageHeader(b []byte) (pageHeader, int, error) {
	var h pageHeader
	c := compact{b: b}
	c.fields(0, func(id int, kind byte) bool {
		switch {
		case id == 1 && kind == compactI32:
			h.kind = format.PageType(c.zigzag())
		case id == 2 && kind == compactI32:
			h.unpacked = int(c.zigzag())
		case id == 3 && kind == compactI32:
			h.packed = int(c.zigzag())
		case id == 4 && kind == compactI32:
			h.crc, h.hasCRC = uint32(c.zigzag()), true
		case (id == 5 || id == 7) && kind == compactStruct:
			c.fields(1, h.dataPage(&c))
		case id == 8 && kind == compactStruct:
			c.fields(1, h.dataPageV2(&c))
		default:
			return false
		}
		return true
	})
	if c.bad || h.unpacked < 0 || h.packed < 0 || h.values < 0 || h.nulls < 0 || h.nulls > h.values || h.levels < 0 || h.repeats < 0 {
		return h, 0, errPageHeader
	}
	return h, c.at, nil
}

// dataPage reads the fields that data pages and dictionary pages have in common.
func (h *pageHeader) dataPage(c *compact) func(int, byte) bool {
	return func(id int, kind byte) bool {
		switch {
		case id == 1 && kind == compactI32:
			h.values = int(c.zigzag())
		case id == 2 && kind == compactI32:
			h.encoding = format.Encoding(c.zigzag())
		default:
			return false
		}
		return true
	}
}

func (h *pageHeader) dataPageV2(c *compact) func(int, byte) bool {
	return func(id int, kind byte) bool {
		switch {
		case id == 1 && kind == compactI32:
			h.values = int(c.zigzag())
		case id == 2 && kind == compactI32:
			h.nulls = int(c.zigzag())
		case id == 4 && kind == compactI32:
			h.encoding = format.Encoding(c.zigzag())
		case id == 5 && kind == compactI32:
			h.levels = int(c.zigzag())
		case id == 6 && kind == compactI32:
			h.repeats = int(c.zigzag())
		case id == 7 && kind == compactFalse:
			h.stored = true
		default:
			return false
		}
		return true
	}
}

// The types of Thrift's compact protocol.
const (
	compactTrue   = 1
	compactFalse  = 2
	compactByte   = 3
	compactI16    = 4
	compactI32    = 5
	compactI64    = 6
	compactDouble = 7
	compactBinary = 8
	compactList   = 9
	compactSet    = 10
	compactMap    = 11
	compactStruct = 12
)

// maxDepth bounds the structs within structs of a header.
const maxDepth = 16

// A compact reads Thrift's compact protocol. What is not there or makes no sense
// sets bad, and reads as zero from then on.
type compact struct {
	b   []byte
	at  int
	bad bool
	// structs counts those that lists say they have.
	structs uint64
}

func (c *compact) byte() byte {
	if c.bad || c.at >= len(c.b) {
		c.bad = true
		return 0
	}
	c.at++
	return c.b[c.at-1]
}

func (c *compact) varint() uint64 {
	var v uint64
	for shift := uint(0); shift < 64; shift += 7 {
		b := c.byte()
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return v
		}
	}
	c.bad = true
	return 0
}

func (c *compact) zigzag() int64 {
	v := c.varint()
	return int64(v>>1) ^ -int64(v&1)
}

// fields calls f for each field of a struct; f reports whether it has read the
// field's value, which is skipped otherwise. Booleans have none: their type is
// their value.
func (c *compact) fields(depth int, f func(id int, kind byte) bool) {
	id := 0
	for !c.bad {
		b := c.byte()
		kind := b & 15
		if kind == 0 {
			return
		}
		if delta := int(b >> 4); delta != 0 {
			id += delta
		} else {
			id = int(c.zigzag())
		}
		if !f(id, kind) {
			c.skip(depth, kind)
		}
	}
}

func (c *compact) skip(depth int, kind byte) {
	if depth > maxDepth {
		c.bad = true
	}
	switch kind {
	case compactTrue, compactFalse:
	case compactByte:
		c.byte()
	case compactI16, compactI32, compactI64:
		c.varint()
	case compactDouble:
		c.advance(8)
	case compactBinary:
		c.advance(c.varint())
	case compactStruct:
		c.fields(depth+1, func(int, byte) bool { return false })
	case compactList, compactSet:
		b := c.byte()
		n := uint64(b >> 4)
		if n == 15 {
			n = c.varint()
		}
		if b&15 == compactStruct {
			c.structs += n
		}
		c.skipAll(depth, n, b&15)
	case compactMap:
		n := c.varint()
		if n > 0 {
			kinds := c.byte()
			for ; n > 0 && !c.bad; n-- {
				c.skipAll(depth, 1, kinds>>4)
				c.skipAll(depth, 1, kinds&15)
			}
		}
	default:
		c.bad = true
	}
}

// skipAll skips n elements of a collection, where a boolean is a byte.
func (c *compact) skipAll(depth int, n uint64, kind byte) {
	for ; n > 0 && !c.bad; n-- {
		if kind == compactTrue || kind == compactFalse {
			c.byte()
		} else {
			c.skip(depth+1, kind)
		}
	}
}

func (c *compact) advance(n uint64) {
	if n > uint64(len(c.b)-c.at) {
		c.bad = true
		return
	}
	c.at += int(n)
}
