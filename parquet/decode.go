package parquet

import (
	"errors"
	"fmt"
	"unsafe"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A decoder collects the values of pages into a column. Text stays in
// dictionary form as long as all pages are dictionary-encoded.
type decoder struct {
	f    field
	rows int

	// Text.
	dict     []string // the chunk's dictionary, nil until a page needs it
	codes    []uint32
	flat     []string // instead of codes, once a plain page has come
	isFlat   bool
	nullCode uint32 // code for a missing value; noCode until there is one

	// All else.
	ints     []int64
	reals    []float64
	bools    []bool
	guids    []types.GUID128
	decs     []types.Decimal128
	missing  []int // rows without a value
	capacity int
}

const noCode = ^uint32(0)

func newDecoder(f field, n int) *decoder { return &decoder{f: f, nullCode: noCode, capacity: n} }

// page adds all rows of p.
func (d *decoder) page(p pq.Page) error { return d.pick(p, nil) }

// pick adds the rows of p given, or all if picks is nil.
func (d *decoder) pick(p pq.Page, picks []uint32) error {
	n := int(p.NumRows())
	if int64(n) != p.NumValues() {
		return errors.New("holds repeated values")
	}
	slots, present, err := slotsOf(p, d.f.from.optional, n)
	if err != nil {
		return err
	}
	rows := rowPicker{n: n, picks: picks, slots: slots}
	if d.f.from.kind == pq.ByteArray {
		err = d.text(p, rows, present)
	} else {
		err = d.fixed(p, rows, present)
	}
	d.rows += rows.len()
	return err
}

// copyRows adds the rows of p given, copying their text, so that p may be
// released. It is for few rows: a dictionary is not read as a whole.
func (d *decoder) copyRows(p pq.Page, picks []uint32) error {
	if d.f.from.kind != pq.ByteArray {
		return d.pick(p, picks)
	}
	n := int(p.NumRows())
	if int64(n) != p.NumValues() {
		return errors.New("holds repeated values")
	}
	slots, present, err := slotsOf(p, d.f.from.optional, n)
	if err != nil {
		return err
	}
	data := p.Data()
	var codes []int32
	if dict := p.Dictionary(); dict != nil {
		codes = data.Int32()
		if len(codes) < present {
			return fmt.Errorf("%d codes for %d values", len(codes), present)
		}
		data = dict.Page().Data()
	}
	d.isFlat = true
	bytes, offsets := data.ByteArray()
	rows := rowPicker{n: n, picks: picks, slots: slots}
	for i := range rows.len() {
		s := rows.slot(i)
		if s < 0 {
			d.missing = append(d.missing, len(d.flat))
			d.flat = append(d.flat, "")
			continue
		}
		if codes != nil {
			s = int(codes[s])
		}
		if s < 0 || s+1 >= len(offsets) {
			return fmt.Errorf("value %d of %d", s, len(offsets)-1)
		}
		d.flat = append(d.flat, string(bytes[offsets[s]:offsets[s+1]]))
	}
	d.rows += rows.len()
	return nil
}

// slotsOf returns for each row the position of its value among the page's
// values, -1 if it has none; nil where every row has one. present is the number
// of values.
func slotsOf(p pq.Page, optional bool, n int) (slots []int32, present int, err error) {
	if !optional || p.NumNulls() == 0 {
		return nil, n, nil
	}
	levels := p.DefinitionLevels()
	if len(levels) != n {
		return nil, 0, fmt.Errorf("%d definition levels for %d rows", len(levels), n)
	}
	slots = make([]int32, n)
	for i, l := range levels {
		slots[i] = -1
		if l != 0 {
			slots[i] = int32(present)
			present++
		}
	}
	return slots, present, nil
}

// A rowPicker walks the wanted rows of a page.
type rowPicker struct {
	n     int
	picks []uint32
	slots []int32
}

func (r rowPicker) len() int {
	if r.picks != nil {
		return len(r.picks)
	}
	return r.n
}

// slot returns where the value of wanted row i is, -1 if it is missing.
func (r rowPicker) slot(i int) int {
	if r.picks != nil {
		i = int(r.picks[i])
	}
	if r.slots != nil {
		return int(r.slots[i])
	}
	return i
}

// text adds the rows of a page of byte arrays.
func (d *decoder) text(p pq.Page, rows rowPicker, present int) error {
	data := p.Data()
	if dict := p.Dictionary(); dict != nil {
		codes := data.Int32()
		if len(codes) < present {
			return fmt.Errorf("%d codes for %d values", len(codes), present)
		}
		if d.dict == nil {
			d.dict = dictionaryText(dict)
		}
		return d.textCodes(codes, rows)
	}
	bytes, offsets := data.ByteArray()
	if len(offsets) < present+1 {
		return fmt.Errorf("%d offsets for %d values", len(offsets), present)
	}
	d.flatten()
	for i := range rows.len() {
		s := rows.slot(i)
		if s < 0 {
			d.missing = append(d.missing, len(d.flat))
			d.flat = append(d.flat, "")
			continue
		}
		d.flat = append(d.flat, view(bytes[offsets[s]:offsets[s+1]]))
	}
	return nil
}

func (d *decoder) textCodes(codes []int32, rows rowPicker) error {
	if d.codes == nil && !d.isFlat {
		d.codes = make([]uint32, 0, d.capacity)
	}
	size := uint32(len(d.dict))
	if d.nullCode != noCode {
		size--
	}
	for i := range rows.len() {
		s := rows.slot(i)
		code := noCode
		if s >= 0 {
			if code = uint32(codes[s]); code >= size {
				return fmt.Errorf("code %d in a dictionary of %d", code, size)
			}
		}
		switch {
		case d.isFlat && s < 0:
			d.missing = append(d.missing, len(d.flat))
			d.flat = append(d.flat, "")
		case d.isFlat:
			d.flat = append(d.flat, d.dict[code])
		case s < 0:
			d.codes = append(d.codes, d.missingCode())
		default:
			d.codes = append(d.codes, code)
		}
	}
	return nil
}

// missingCode returns the code of "no value", which goes behind the
// dictionary's own values.
func (d *decoder) missingCode() uint32 {
	if d.nullCode == noCode {
		d.nullCode = uint32(len(d.dict))
		d.dict = append(d.dict[:len(d.dict):len(d.dict)], "")
	}
	return d.nullCode
}

// flatten gives up the dictionary form: the writer has.
func (d *decoder) flatten() {
	if d.isFlat {
		return
	}
	d.isFlat = true
	d.flat = make([]string, 0, d.capacity)
	for i, c := range d.codes {
		if c == d.nullCode {
			d.missing = append(d.missing, i)
		}
		d.flat = append(d.flat, d.dict[c])
	}
	d.codes = nil
}

func dictionaryText(dict pq.Dictionary) []string {
	data := dict.Page().Data()
	bytes, offsets := data.ByteArray()
	out := make([]string, 0, dict.Len()+1)
	for i := range dict.Len() {
		out = append(out, view(bytes[offsets[i]:offsets[i+1]]))
	}
	return out
}

// view returns b as a string without copying: a page's memory is never written
// to again, for pages are not released to the library's pool.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// fixed adds the rows of a page of values of a fixed size.
func (d *decoder) fixed(p pq.Page, rows rowPicker, present int) error {
	if d.f.from.kind == pq.Boolean {
		vals, err := booleans(p, present)
		if err != nil {
			return err
		}
		return appendFixed(d, &d.bools, rows, nil, present, len(vals), func(s int) bool { return vals[s] })
	}
	data := p.Data()
	var codes []int32
	if dict := p.Dictionary(); dict != nil {
		codes = data.Int32()
		if len(codes) < present {
			return fmt.Errorf("%d codes for %d values", len(codes), present)
		}
		data = dict.Page().Data()
		present = dict.Len()
	}
	switch d.f.from.kind {
	case pq.Int32:
		vals := data.Int32()
		return d.integers(rows, codes, present, len(vals), func(s int) int64 { return int64(vals[s]) })
	case pq.Int64:
		vals := data.Int64()
		return d.integers(rows, codes, present, len(vals), func(s int) int64 { return vals[s] })
	case pq.Int96:
		vals := data.Int96()
		return d.integers(rows, codes, present, len(vals), func(s int) int64 { return int96Ticks(vals[s]) })
	case pq.Float:
		vals := data.Float()
		return appendFixed(d, &d.reals, rows, codes, present, len(vals), func(s int) float64 { return float64(vals[s]) })
	case pq.Double:
		vals := data.Double()
		return appendFixed(d, &d.reals, rows, codes, present, len(vals), func(s int) float64 { return vals[s] })
	default:
		bytes, size := data.FixedLenByteArray()
		if size != 16 {
			return fmt.Errorf("values of %d bytes, want 16", size)
		}
		return appendFixed(d, &d.guids, rows, codes, present, len(bytes)/16, func(s int) types.GUID128 { return types.GUID128(bytes[s*16:]) })
	}
}

// booleans returns the values of p. They are read as values: the data of a page
// that does not begin at a whole byte do not tell at which bit it does.
func booleans(p pq.Page, present int) ([]bool, error) {
	out := make([]bool, 0, present)
	r := p.Values()
	var buf [256]pq.Value
	for {
		n, err := r.ReadValues(buf[:])
		for _, v := range buf[:n] {
			if !v.IsNull() {
				out = append(out, v.Boolean())
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

// int96Ticks converts the old timestamp of Spark and Hive: a Julian day and
// nanoseconds of the day.
func int96Ticks(v deprecated.Int96) int64 {
	const julianUnixDay = 2_440_588
	nanos := int64(v[1])<<32 | int64(v[0])
	return unixEpoch + (int64(int32(v[2]))-julianUnixDay)*ticksPerDay + nanos/100
}

// integers adds integers as what the column's type counts.
func (d *decoder) integers(rows rowPicker, codes []int32, present, have int, at func(int) int64) error {
	from := d.f.from
	switch {
	case d.f.to == types.Real:
		return appendFixed(d, &d.reals, rows, codes, present, have, func(s int) float64 { return float64(at(s)) })
	case from.digits >= 0:
		return appendFixed(d, &d.decs, rows, codes, present, have, func(s int) types.Decimal128 { return scaledDecimal(at(s), from.digits) })
	case from.mul == 0:
		return appendFixed(d, &d.ints, rows, codes, present, have, at)
	}
	return appendFixed(d, &d.ints, rows, codes, present, have, func(s int) int64 { return from.ticks(at(s)) })
}

// appendFixed adds the wanted rows of a page; at reads a value by its slot, of
// which there are have.
func appendFixed[T any](d *decoder, dst *[]T, rows rowPicker, codes []int32, present, have int, at func(int) T) error {
	if have < present {
		return fmt.Errorf("%d values, want %d", have, present)
	}
	if *dst == nil {
		*dst = make([]T, 0, d.capacity)
	}
	out := *dst
	var zero T
	for i := range rows.len() {
		s := rows.slot(i)
		if s < 0 {
			d.missing = append(d.missing, len(out))
			out = append(out, zero)
			continue
		}
		if codes != nil {
			if s = int(codes[s]); s < 0 || s >= have {
				return fmt.Errorf("code %d in a dictionary of %d", s, have)
			}
		}
		out = append(out, at(s))
	}
	*dst = out
	return nil
}

// finish returns the column.
func (d *decoder) finish() (column.Column, error) {
	if d.f.from.kind == pq.ByteArray {
		return d.finishText(), nil
	}
	valid := d.validity(d.rows)
	switch d.f.to {
	case types.Bool:
		return column.NewVec(d.f.to, d.bools, valid), nil
	case types.Real:
		return column.NewVec(d.f.to, d.reals, valid), nil
	case types.Decimal:
		return column.NewVec(d.f.to, d.decs, valid), nil
	case types.GUID:
		return column.NewVec(d.f.to, d.guids, valid), nil
	}
	return column.NewVec(d.f.to, d.ints, valid), nil
}

func (d *decoder) validity(n int) column.Bitmap {
	if len(d.missing) == 0 {
		return nil
	}
	valid := column.FullBitmap(n)
	for _, i := range d.missing {
		valid.Clear(i)
	}
	return valid
}

// finishText converts text to the column's type: once per distinct value where
// there is a dictionary.
func (d *decoder) finishText() column.Column {
	if d.isFlat {
		return fromText(d.f.to, d.flat, d.validity(len(d.flat)))
	}
	var valid column.Bitmap
	if d.nullCode != noCode {
		valid = column.FullBitmap(len(d.dict))
		valid.Clear(int(d.nullCode))
	}
	if len(d.dict) == 0 {
		return fromText(d.f.to, nil, nil)
	}
	return &column.Dict{Codes: d.codes, Values: fromText(d.f.to, d.dict, valid)}
}
