package parquet

import (
	"errors"
	"fmt"
	"unsafe"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"

	"github.com/calypso-kql/calypso/kql/types"
)

// A values is what a data page holds, by whomever it was decoded: text or values
// of a fixed size, either the rows' own or those of a dictionary.
type values struct {
	rows    int
	slots   []int32 // position of each row's value, -1 if missing; nil if no row is missing
	present int     // how many values there are

	dict  *dictionary // nil unless the rows have codes
	codes []uint32

	text []string
	// fixed is the values one behind the other, count of them.
	fixed []byte
	count int

	lent []byte // memory to give back once the values have been copied; nil if they may be kept
}

// values reads data page s. If borrow is set, text is in memory that must be
// given back.
func (r *pageReader) values(s spot, borrow bool) (*values, error) {
	p, err := r.read(s, !borrow)
	if err != nil {
		return nil, err
	}
	v := &values{rows: p.rows, slots: p.slots, present: p.present, codes: p.codes}
	if borrow {
		v.lent = p.plain
	}
	switch {
	case p.coded:
		v.dict, err = r.dictionary()
	case r.field.from.kind == pq.ByteArray:
		v.text, err = appendText(make([]string, 0, min(p.present, len(p.plain)/4)), p.plain, p.present)
	default:
		v.fixed, v.count = p.plain, len(p.plain)/r.field.from.size()
	}
	return v, err
}

// libraryValues returns what a page of the library holds, whose memory it refers
// to. dict is the column's dictionary if it has one.
func libraryValues(f field, p pq.Page, dict *dictionary) (v *values, err error) {
	n := int(p.NumRows())
	if int64(n) != p.NumValues() {
		return nil, errors.New("holds repeated values")
	}
	v = &values{rows: n, present: n}
	if f.from.optional && p.NumNulls() > 0 {
		levels := p.DefinitionLevels()
		if len(levels) != n {
			return nil, fmt.Errorf("%d definition levels for %d rows", len(levels), n)
		}
		v.slots, v.present = make([]int32, n), 0
		for i, l := range levels {
			v.slots[i] = -1
			if l != 0 {
				v.slots[i] = int32(v.present)
				v.present++
			}
		}
	}
	data := p.Data()
	if p.Dictionary() != nil {
		codes := data.Int32()
		v.codes = unsafe.Slice((*uint32)(unsafe.Pointer(unsafe.SliceData(codes))), len(codes))
		v.dict = dict
		return v, nil
	}
	if f.from.kind == pq.ByteArray {
		v.text = libraryText(data.ByteArray())
		return v, nil
	}
	v.fixed, err = libraryFixed(f, data)
	v.count = len(v.fixed) / f.from.size()
	return v, err
}

// libraryDictionary returns a dictionary of the library, whose memory it refers
// to.
func libraryDictionary(f field, dict pq.Dictionary) (d *dictionary, err error) {
	d = &dictionary{n: dict.Len()}
	data := dict.Page().Data()
	if f.from.kind == pq.ByteArray {
		d.text = libraryText(data.ByteArray())
	} else {
		d.fixed, err = libraryFixed(f, data)
	}
	return d, err
}

// libraryFixed returns values of a fixed size one behind the other.
func libraryFixed(f field, data encoding.Values) ([]byte, error) {
	raw, _ := data.Data()
	switch f.from.kind {
	case pq.Boolean:
		out := make([]byte, 8*len(raw))
		for i := range out {
			out[i] = raw[i>>3] >> (i & 7) & 1
		}
		return out, nil
	case pq.FixedLenByteArray:
		if _, size := data.FixedLenByteArray(); size != guidSize {
			return nil, fmt.Errorf("values of %d bytes, want %d", size, guidSize)
		}
	}
	return raw, nil
}

func libraryText(bytes []byte, offsets []uint32) []string {
	if len(offsets) == 0 {
		return nil
	}
	out := make([]string, len(offsets)-1)
	for i := range out {
		out[i] = view(bytes[offsets[i]:offsets[i+1]])
	}
	return out
}

// view returns b as a string without copying: its memory must not be written to
// again while the string is in use.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// slot returns where the value of row i is, -1 if it is missing.
func (v *values) slot(i int) int {
	if v.slots != nil {
		return int(v.slots[i])
	}
	return i
}

// guidSize is the length of the one fixed-length byte array that is read.
const guidSize = len(types.GUID128{})
