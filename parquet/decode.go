package parquet

import (
	"fmt"

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
