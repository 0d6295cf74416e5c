package parquet

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
)

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
