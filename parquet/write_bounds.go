package parquet

import (
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/format"
)

// bounded is the least and the greatest value of a page or a column, in plain
// encoding without lengths.
type bounded struct {
	low, high []byte
	// cut says that they are not values of the column, but below and above all.
	cut bool
	// unknown says that the values have no order: not-a-number is among them.
	unknown bool
}

// boundsOf returns the bounds of the open page; nothing if it has only nulls.
func (c *columnWriter) boundsOf() bounded {
	p := &c.open
	if p.nulls == p.rows {
		return bounded{}
	}
	switch {
	case c.coded:
		return c.dictionaryBounds()
	case c.physical == format.ByteArray:
		return textBounds(p.data)
	case c.physical == format.Int64:
		low, high := int64(math.MaxInt64), int64(math.MinInt64)
		for b := p.data; len(b) >= 8; b = b[8:] {
			v := int64(binary.LittleEndian.Uint64(b))
			low, high = min(low, v), max(high, v)
		}
		return bounded{low: binary.LittleEndian.AppendUint64(nil, uint64(low)), high: binary.LittleEndian.AppendUint64(nil, uint64(high))}
	case c.physical == format.Int32:
		low, high := int32(math.MaxInt32), int32(math.MinInt32)
		for b := p.data; len(b) >= 4; b = b[4:] {
			v := int32(binary.LittleEndian.Uint32(b))
			low, high = min(low, v), max(high, v)
		}
		return bounded{low: binary.LittleEndian.AppendUint32(nil, uint32(low)), high: binary.LittleEndian.AppendUint32(nil, uint32(high))}
	case c.physical == format.Double:
		return realBounds(p.data)
	}
	size := 1
	if c.physical == format.FixedLenByteArray {
		size = guidSize
	}
	low, high := p.data[:size], p.data[:size]
	for b := p.data[size:]; len(b) >= size; b = b[size:] {
		if bytes.Compare(b[:size], low) < 0 {
			low = b[:size]
		} else if bytes.Compare(b[:size], high) > 0 {
			high = b[:size]
		}
	}
	return bounded{low: bytes.Clone(low), high: bytes.Clone(high)}
}

// realBounds counts a zero as negative where it is the least, as positive where
// it is the greatest, as the format demands.
func realBounds(data []byte) bounded {
	low, high := math.Inf(1), math.Inf(-1)
	for b := data; len(b) >= 8; b = b[8:] {
		v := math.Float64frombits(binary.LittleEndian.Uint64(b))
		if math.IsNaN(v) {
			return bounded{unknown: true}
		}
		low, high = min(low, v), max(high, v)
	}
	if low == 0 {
		low = math.Copysign(0, -1)
	}
	if high == 0 {
		high = 0
	}
	return bounded{low: binary.LittleEndian.AppendUint64(nil, math.Float64bits(low)), high: binary.LittleEndian.AppendUint64(nil, math.Float64bits(high))}
}

func textBounds(data []byte) bounded {
	var low, high string
	for first := true; len(data) >= 4; first = false {
		n := 4 + int(binary.LittleEndian.Uint32(data))
		s := view(data[4:n])
		data = data[n:]
		switch {
		case first:
			low, high = s, s
		case s < low:
			low = s
		case s > high:
			high = s
		}
	}
	return cutBounds(low, high)
}

// dictionaryBounds looks at each value of the page once.
func (c *columnWriter) dictionaryBounds() bounded {
	seen := make([]uint64, len(c.dict.Texts)/64+1)
	low := c.dict.Texts[c.open.codes[0]]
	high := low
	last := c.open.codes[0]
	for _, code := range c.open.codes {
		if code == last || seen[code/64]>>(code%64)&1 != 0 {
			continue
		}
		last = code
		seen[code/64] |= 1 << (code % 64)
		if s := c.dict.Texts[code]; s < low {
			low = s
		} else if s > high {
			high = s
		}
	}
	return cutBounds(low, high)
}

// maxBound is the length to which text is cut in an index.
const maxBound = 64

// cutBounds returns bounds of bounded length: a beginning of the least text, and
// of the greatest one that has been made greater.
func cutBounds(low, high string) bounded {
	if len(low) <= maxBound && len(high) <= maxBound {
		return bounded{low: []byte(low), high: []byte(high)}
	}
	out := bounded{low: wholeRunes(low), high: wholeRunes(high), cut: true}
	if len(high) > maxBound {
		if out.high = increased(out.high); out.high == nil {
			return bounded{unknown: true}
		}
	}
	return out
}

// wholeRunes returns s, or a beginning of it that ends with a whole character.
func wholeRunes(s string) []byte {
	if len(s) <= maxBound {
		return []byte(s)
	}
	s = strings.ToValidUTF8(s[:maxBound], "")
	return []byte(s)
}

// increased returns text that is above all that begins with b: its last
// character that can be is replaced by the next one.
func increased(b []byte) []byte {
	for len(b) > 0 {
		r, n := utf8.DecodeLastRune(b)
		b = b[:len(b)-n]
		if r++; r == 0xd800 {
			r = 0xe000 // behind the surrogates
		}
		if r <= utf8.MaxRune {
			return utf8.AppendRune(b, r)
		}
	}
	return nil
}

func realOf(b []byte) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(b)) }
