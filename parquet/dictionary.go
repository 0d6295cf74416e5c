package parquet

import (
	"encoding/binary"
	"errors"
	"math"
	"sync"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
)

// A dictionary is the distinct values of a column of a row group.
type dictionary struct {
	page   []byte
	starts []uint32 // of each text in page, and where one more would start
	gap    uint32   // between the end of a text and the start of the next
	n      int
	bytes  int64
	lent   *memory // that page is borrowed from, by the reader of a handful of rows; nil if it is the dictionary's own

	mu      sync.Mutex
	columns [2]column.Column // the values as the query sees them: without and with a missing one at the end
}

// values returns the dictionary as a column of f's type, one and the same for
// all that ask, so that what is computed of it can be kept.
func (d *dictionary) values(f field, missing bool) column.Column {
	d.mu.Lock()
	defer d.mu.Unlock()
	i := 0
	if missing {
		i = 1
	}
	if d.columns[i] == nil {
		text := make([]string, d.n, d.n+1)
		for i := range text {
			text[i] = d.text(uint32(i))
		}
		var valid column.Bitmap
		if missing {
			text = append(text, "")
			valid = column.FullBitmap(len(text))
			valid.Clear(len(text) - 1)
		}
		d.columns[i] = f.ofText(text, valid)
	}
	return d.columns[i]
}

// text returns text i, a view of the page's memory.
func (d *dictionary) text(i uint32) string { return view(d.page[d.starts[i] : d.starts[i+1]-d.gap]) }

// has reports whether the first need texts have been read, all if need < 0.
func (d *dictionary) has(need int) bool {
	return d.starts == nil || len(d.starts) > d.n || need >= 0 && need < len(d.starts)
}

// own copies the texts of a dictionary out of borrowed memory.
func (d *dictionary) own() {
	page := fresh(int(d.starts[len(d.starts)-1]) - int(d.gap))
	copy(page, d.page)
	d.lent.give(d.page)
	d.page, d.lent = page, nil
}

// dictionary reads the dictionary of the reader's column: at least its first need
// values, all if need < 0.
func (r *pageReader) dictionary(need int) (*dictionary, error) {
	if n := len(r.lent); n > 0 && r.lent[n-1].has(need) {
		return r.lent[n-1], nil
	}
	d, err := r.keptDictionary(need)
	if err == nil && d.lent != nil {
		r.lent = append(r.lent, d)
	}
	return d, err
}

// giveBack ends the life of the dictionaries that are in borrowed memory.
func (r *pageReader) giveBack() {
	for _, d := range r.lent {
		d.lent.give(d.page)
	}
	r.lent = nil
}

// keptDictionary is dictionary by way of the cache.
func (r *pageReader) keptDictionary(need int) (*dictionary, error) {
	return r.g.file.dicts.get(dictKey{r.g.index, r.field.leaf}, need, func(first bool) (*dictionary, error) {
		if r.layout.dict.size == 0 {
			return nil, errors.New("has codes but no dictionary")
		}
		if first && need >= 0 {
			if d, err := r.beginning(need); d != nil || err != nil {
				return d, err
			}
		}
		p, err := r.read(r.layout.dict, true)
		if err != nil {
			return nil, err
		}
		d := &dictionary{n: p.rows, page: p.data, bytes: int64(cap(p.data))}
		if r.field.from.kind == pq.ByteArray {
			d.gap = 4
			d.starts, err = textStarts(p.data, p.rows)
			d.bytes += 4 * int64(cap(d.starts))
		}
		return d, err
	})
}

var errText = errors.New("text is torn")

// appendText appends n texts, each behind its length, as views of b.
func appendText(dst []string, b []byte, n int) ([]string, error) {
	for range n {
		if len(b) < 4 {
			return nil, errText
		}
		size := binary.LittleEndian.Uint32(b)
		b = b[4:]
		if uint64(size) > uint64(len(b)) {
			return nil, errText
		}
		dst = append(dst, view(b[:size]))
		b = b[size:]
	}
	return dst, nil
}

// textStarts returns where each of n texts starts, and where the next one would.
func textStarts(b []byte, n int) ([]uint32, error) {
	if n > len(b)/4 || len(b) > math.MaxUint32-4 {
		return nil, errText
	}
	out := make([]uint32, 0, n+1)
	at := 4
	for range n {
		if at > len(b) {
			return nil, errText
		}
		out = append(out, uint32(at))
		at += int(binary.LittleEndian.Uint32(b[at-4:])) + 4
	}
	if at > len(b)+4 {
		return nil, errText
	}
	return append(out, uint32(at)), nil
}

// textAt returns the texts at the positions given, which ascend, as views of b;
// negative positions are left out.
func textAt(b []byte, positions []int32) ([]string, error) {
	out := make([]string, 0, len(positions))
	next := int32(0) // position of the text that b starts with
	for _, p := range positions {
		if p < 0 {
			continue
		}
		for {
			if len(b) < 4 {
				return nil, errText
			}
			end := 4 + uint64(binary.LittleEndian.Uint32(b))
			if end > uint64(len(b)) {
				return nil, errText
			}
			if next == p {
				out = append(out, view(b[4:end]))
				break // it may be asked for again
			}
			b, next = b[end:], next+1
		}
	}
	return out, nil
}
