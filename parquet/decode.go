package parquet

import (
	"encoding/binary"
	"fmt"
	"math"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A decoder collects the values of pages into a column. Text stays in
// dictionary form as long as all pages are dictionary-encoded.
type decoder struct {
	f      field
	rows   int
	sparse bool // few rows of their pages: what they need is copied

	// Text.
	dict     *dictionary // of codes
	codes    []uint32
	nullable bool // codes has the code behind the last one, for a missing value
	flat     []string
	isFlat   bool // a plain page has come: flat instead of codes
	copies   arena

	// All else.
	ints     []int64
	reals    []float64
	bools    []bool
	guids    []types.GUID128
	decs     []types.Decimal128
	missing  []int // rows without a value
	capacity int
}

func newDecoder(f field, n int) *decoder { return &decoder{f: f, capacity: n} }

// add appends the rows of v given, or rows from up to, not including, to if
// picks is nil.
func (d *decoder) add(v *values, picks []uint32, from, to int) error {
	have := len(v.text)
	if v.dict != nil {
		have = len(v.codes)
	} else if d.f.from.kind != pq.ByteArray {
		have = v.count
	}
	if have < v.present {
		return fmt.Errorf("%d values, want %d", have, v.present)
	}
	rows := picker{v: v, picks: picks, from: from, n: to - from}
	if picks != nil {
		rows.n = len(picks)
	}
	if picks == nil && (from < 0 || to > v.rows) {
		return fmt.Errorf("%d rows, want %d", v.rows, to)
	}
	var err error
	switch {
	case d.f.from.kind != pq.ByteArray:
		err = d.fixed(v, rows)
	case v.dict != nil:
		err = d.coded(v, rows)
	default:
		d.plain(v, rows)
	}
	d.rows += rows.n
	return err
}

// A picker walks the wanted rows of a page.
type picker struct {
	v     *values
	picks []uint32
	from  int
	n     int
}

// slot returns where the value of wanted row i is, -1 if it is missing.
func (p *picker) slot(i int) int {
	if p.picks != nil {
		return p.v.slot(int(p.picks[i]))
	}
	return p.v.slot(p.from + i)
}

// plain adds text.
func (d *decoder) plain(v *values, rows picker) {
	d.flatten()
	if !d.sparse && v.slots == nil && rows.picks == nil {
		d.flat = append(d.flat, v.text[rows.from:rows.from+rows.n]...)
		return
	}
	for i := range rows.n {
		s := rows.slot(i)
		switch {
		case s < 0:
			d.missing = append(d.missing, len(d.flat))
			d.flat = append(d.flat, "")
		case d.sparse:
			d.flat = append(d.flat, d.copies.copy(v.text[s]))
		default:
			d.flat = append(d.flat, v.text[s])
		}
	}
}

// coded adds text by its codes.
func (d *decoder) coded(v *values, rows picker) error {
	if d.codes == nil {
		d.codes = uncleared[uint32](d.capacity)
	}
	if d.dict == nil || len(v.dict.starts) > len(d.dict.starts) {
		d.dict = v.dict // more of it has been read for this page
	}
	size := uint32(v.dict.n)
	at := len(d.codes)
	if v.slots == nil && rows.picks == nil {
		d.codes = appendPlaced(d.codes, v.codes[rows.from:rows.from+rows.n])
		var most uint32
		for _, c := range d.codes[at:] {
			most = max(most, c)
		}
		if rows.n > 0 && most >= size {
			return fmt.Errorf("code %d in a dictionary of %d", most, size)
		}
	} else {
		for i := range rows.n {
			code := size
			if s := rows.slot(i); s < 0 {
				d.nullable = true
			} else if code = v.codes[s]; code >= size {
				return fmt.Errorf("code %d in a dictionary of %d", code, size)
			}
			d.codes = append(d.codes, code)
		}
	}
	if d.isFlat {
		d.unfold(at)
	}
	return nil
}

// flatten gives up the dictionary form: the writer has.
func (d *decoder) flatten() {
	if d.isFlat {
		return
	}
	d.isFlat = true
	if d.flat == nil {
		d.flat = make([]string, 0, d.capacity)
	}
	d.unfold(0)
}

// unfold replaces the codes from position at on by their text.
func (d *decoder) unfold(at int) {
	for _, c := range d.codes[at:] {
		if c >= uint32(d.dict.n) {
			d.missing = append(d.missing, len(d.flat))
			d.flat = append(d.flat, "")
			continue
		}
		s := d.dict.text(c)
		if d.sparse {
			s = d.copies.copy(s)
		}
		d.flat = append(d.flat, s)
	}
	d.codes = d.codes[:at]
}

// fixed adds values of a fixed size.
func (d *decoder) fixed(v *values, rows picker) error {
	b, have := v.fixed, v.count
	if v.dict != nil {
		b, have = v.dict.page, len(v.dict.page)/d.f.from.size()
	}
	from := d.f.from
	switch from.kind {
	case pq.Boolean:
		return appendFixed(d, &d.bools, rows, have, func(s int) bool { return b[s] != 0 })
	case pq.Int32:
		return d.integers(rows, have, func(s int) int64 { return from.int32(binary.LittleEndian.Uint32(b[4*s:])) })
	case pq.Int64:
		if v.dict == nil && v.slots == nil && rows.picks == nil && d.isWords() {
			d.words(b[8*rows.from : 8*(rows.from+rows.n)])
			return nil
		}
		return d.integers(rows, have, func(s int) int64 { return int64(binary.LittleEndian.Uint64(b[8*s:])) })
	case pq.Int96:
		return d.integers(rows, have, func(s int) int64 { return int96Ticks(b[12*s:]) })
	case pq.Float:
		return appendFixed(d, &d.reals, rows, have, func(s int) float64 {
			return float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*s:])))
		})
	case pq.Double:
		return appendFixed(d, &d.reals, rows, have, func(s int) float64 {
			return math.Float64frombits(binary.LittleEndian.Uint64(b[8*s:]))
		})
	}
	if from.interval {
		return appendFixed(d, &d.ints, rows, have, func(s int) int64 { return intervalTicks(b[intervalSize*s:]) })
	}
	if n := from.wide; n > 0 {
		return appendFixed(d, &d.decs, rows, have, func(s int) types.Decimal128 { return wideDecimal(b[n*s:n*s+n], from.digits) })
	}
	return appendFixed(d, &d.guids, rows, have, func(s int) types.GUID128 { return types.GUID128(b[guidSize*s:]) })
}

// int96Ticks converts the old timestamp of Spark and Hive: nanoseconds of the
// day, and a Julian day.
func int96Ticks(b []byte) int64 {
	const julianUnixDay = 2_440_588
	nanos := int64(binary.LittleEndian.Uint64(b))
	day := int64(int32(binary.LittleEndian.Uint32(b[8:])))
	return unixEpoch + (day-julianUnixDay)*ticksPerDay + nanos/100
}

// integers adds integers as what the column's type counts.
func (d *decoder) integers(rows picker, have int, at func(int) int64) error {
	from := d.f.from
	switch {
	case d.f.to == types.Real:
		return appendFixed(d, &d.reals, rows, have, func(s int) float64 { return float64(at(s)) })
	case from.digits >= 0:
		return appendFixed(d, &d.decs, rows, have, func(s int) types.Decimal128 { return from.wholeDecimal(at(s)) })
	case from.mul == 0:
		return appendFixed(d, &d.ints, rows, have, at)
	}
	return appendFixed(d, &d.ints, rows, have, func(s int) int64 { return from.ticks(at(s)) })
}

// appendFixed adds the wanted rows of a page; at reads a value by its slot, of
// which there are have.
func appendFixed[T any](d *decoder, dst *[]T, rows picker, have int, at func(int) T) error {
	if *dst == nil {
		*dst = make([]T, 0, d.capacity)
	}
	out := *dst
	var zero T
	for i := range rows.n {
		s := rows.slot(i)
		if s < 0 {
			d.missing = append(d.missing, len(out))
			out = append(out, zero)
			continue
		}
		if rows.v.dict != nil {
			s = int(rows.v.codes[s])
		}
		if s >= have {
			return fmt.Errorf("value %d of %d", s, have)
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
	switch {
	case d.isFlat || d.dict == nil:
		return d.f.ofText(d.flat, d.validity(len(d.flat)))
	case d.sparse && (2*len(d.codes) < d.dict.n || !d.dict.has(-1)):
		return d.compacted()
	case d.dict.n == 0 && !d.nullable:
		return d.f.ofText(nil, nil)
	}
	return &column.Dict{Codes: d.codes, Values: d.dict.values(d.f, d.nullable)}
}

// compacted returns few rows of a dictionary with copies of the values that they
// have, so that the rest of it need not stay in memory.
func (d *decoder) compacted() column.Column {
	renamed := make(map[uint32]uint32, min(len(d.codes), d.dict.n+1))
	var text []string
	var valid column.Bitmap
	null := -1
	for i, c := range d.codes {
		to, ok := renamed[c]
		if !ok {
			to = uint32(len(text))
			renamed[c] = to
			if c == uint32(d.dict.n) {
				null = len(text)
				text = append(text, "")
			} else {
				text = append(text, d.copies.copy(d.dict.text(c)))
			}
		}
		d.codes[i] = to
	}
	if null >= 0 {
		valid = column.FullBitmap(len(text))
		valid.Clear(null)
	}
	return &column.Dict{Codes: d.codes, Values: d.f.ofText(text, valid)}
}

// An arena copies texts into blocks, so that each is not an allocation.
type arena struct{ block []byte }

const arenaBlock = 16 << 10

func (a *arena) copy(s string) string {
	if len(s) == 0 {
		return ""
	}
	if len(s) > cap(a.block)-len(a.block) {
		if len(s) > arenaBlock/4 {
			return string([]byte(s))
		}
		// Blocks grow: most columns have few rows to copy.
		a.block = make([]byte, 0, min(arenaBlock, max(4*len(s), 2*cap(a.block))))
	}
	at := len(a.block)
	a.block = append(a.block, s...)
	return view(a.block[at:])
}
