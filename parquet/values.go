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

// values reads data page s. If borrow is set, the values are in memory that must
// be given back, and text is gone when the next page is read.
func (r *pageReader) values(s spot, borrow bool) (*values, error) {
	p, err := r.read(s, !borrow)
	if err != nil {
		return nil, err
	}
	v := &values{rows: p.rows, slots: p.slots, present: p.present}
	switch {
	case p.coded:
		v.codes, err = codesOf(r.codeBuffer(p), p.data, p.present)
		r.g.file.memory.give(p.memory)
		if err == nil {
			v.dict, err = r.dictionary(-1)
		}
	case r.field.from.kind == pq.ByteArray:
		text := r.textBuffer(min(p.present, len(p.data)/4), borrow)
		if borrow {
			v.lent = p.memory
		}
		if v.text, err = appendText(text, p.data, p.present); borrow {
			r.text = v.text
		}
	default:
		v.fixed, v.count = p.data, len(p.data)/r.field.from.size()
		if borrow {
			v.lent = p.memory
		}
	}
	return v, err
}

// textBuffer returns memory for n texts, which are their own unless borrow is set.
func (r *pageReader) textBuffer(n int, borrow bool) []string {
	switch {
	case !borrow:
		return make([]string, 0, n)
	case cap(r.text) < n:
		return r.g.file.memory.takeTexts(n)
	}
	return r.text[:0]
}

// codeBuffer returns memory for the codes of p; nil if it is to be their own.
func (r *pageReader) codeBuffer(p page) []uint32 {
	if place := r.into.codePlace(p.present); place != nil && p.slots == nil {
		return place
	}
	if r.alone && cap(r.codes) < p.present {
		r.codes = uncleared[uint32](p.present)
	}
	if !r.alone {
		return nil
	}
	return r.codes
}

// picked reads rows, which ascend, of data page s, and no more than it must of
// the others. The memory that the values are in must be given back.
func (r *pageReader) picked(s spot, rows []uint32) (*values, error) {
	raw, err := r.raw(s, false)
	defer raw.giveBack()
	if err != nil {
		return nil, err
	}
	if v, err := r.pickedFrames(raw, rows); v != nil || err != nil {
		return v, err
	}
	p, err := r.readTo(raw, false, int(rows[len(rows)-1])+1)
	if err != nil {
		return nil, err
	}
	v, err := r.pick(p, rows)
	if err == nil || !p.cut {
		return v, err
	}
	r.g.file.memory.give(p.memory)
	if p, err = r.read(s, false); err != nil {
		return nil, err
	}
	return r.pick(p, rows)
}

// pick returns rows, which ascend, of p, in p's memory.
func (r *pageReader) pick(p page, rows []uint32) (*values, error) {
	v := &values{rows: len(rows), lent: p.memory}
	at := make([]int32, len(rows)) // the rows' values in the page
	for i, row := range rows {
		if int(row) >= p.rows {
			return nil, fmt.Errorf("page has no row %d", row)
		}
		if at[i] = int32(row); p.slots != nil {
			at[i] = p.slots[row]
		}
	}
	if p.slots != nil {
		v.slots = make([]int32, len(rows))
	}
	for i := range v.slots {
		if v.slots[i] = -1; at[i] >= 0 {
			v.slots[i] = int32(v.present)
			v.present++
		}
	}
	if p.slots == nil {
		v.present = len(rows)
	}
	var err error
	switch {
	case p.coded:
		if v.codes, err = codesAt(p.data, at); err == nil {
			v.text, err = r.fewTexts(v.codes)
		}
		if err == nil && v.text == nil {
			v.dict, err = r.dictionary(needOf(v.codes))
		}
	case r.field.from.kind == pq.ByteArray:
		v.text, err = textAt(p.data, at)
	default:
		size := r.field.from.size()
		for _, i := range at {
			switch {
			case i < 0:
			case (int(i)+1)*size > len(p.data):
				return nil, fmt.Errorf("value %d of %d", i, len(p.data)/size)
			default:
				v.fixed = append(v.fixed, p.data[int(i)*size:int(i+1)*size]...)
			}
		}
		v.count = len(v.fixed) / size
	}
	return v, err
}

// handful is how many rows are too few to read a whole dictionary for.
const handful = 16

// needOf returns how many values of their dictionary a handful of codes needs, -1
// for all.
func needOf(codes []uint32) int {
	if len(codes) > handful {
		return -1
	}
	need := 0
	for _, c := range codes {
		need = max(need, int(c)+1)
	}
	return need
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
	switch f.from.kind {
	case pq.ByteArray:
		v.text = libraryText(data.ByteArray())
		return v, nil
	case pq.Boolean:
		v.fixed, err = libraryBooleans(p, v.present)
		v.count = len(v.fixed)
		return v, err
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
		d.page, d.starts = data.ByteArray()
		if len(d.starts) <= d.n {
			err = errText
		}
	} else {
		d.page, err = libraryFixed(f, data)
	}
	return d, err
}

// libraryFixed returns values of a fixed size one behind the other.
func libraryFixed(f field, data encoding.Values) ([]byte, error) {
	raw, _ := data.Data()
	if f.from.kind == pq.FixedLenByteArray {
		if _, size := data.FixedLenByteArray(); size != f.from.size() {
			return nil, fmt.Errorf("values of %d bytes, want %d", size, f.from.size())
		}
	}
	return raw, nil
}

// libraryBooleans returns a byte for each value of p. They are read as values:
// the data of a page that does not begin at a whole byte do not tell at which
// bit it does.
func libraryBooleans(p pq.Page, present int) ([]byte, error) {
	out := make([]byte, 0, present)
	r := p.Values()
	var buf [256]pq.Value
	for {
		n, err := r.ReadValues(buf[:])
		for _, v := range buf[:n] {
			switch {
			case v.IsNull():
			case v.Boolean():
				out = append(out, 1)
			default:
				out = append(out, 0)
			}
		}
		switch {
		case eof(err), n == 0 && err == nil:
			return out, nil
		case err != nil:
			return nil, err
		}
	}
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

// guidSize is the length of a GUID.
const guidSize = len(types.GUID128{})
