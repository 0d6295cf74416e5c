package parquet

import (
	"errors"
	"fmt"
	"slices"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A chunk is rows from up to, not including, to of one column of a row group,
// not read yet. It implements column.Loader.
type chunk struct {
	scan     *scannedGroup
	field    field
	from, to int
}

// sparse is how few of a chunk's rows must be wanted, one in so many, for their
// text to be copied, so that the text of the others does not stay in memory with
// it. rare is how few for a column that is small not to be decoded as a whole.
const (
	sparse = 4
	rare   = 32
)

// A chunkID is what chunks of the same values have in common.
type chunkID struct {
	g        *group
	leaf     int
	to       types.Type
	from, at int
}

// Identity implements column.Identified.
func (c *chunk) Identity() any { return chunkID{c.scan.g, c.field.leaf, c.field.to, c.from, c.to} }

// Load implements column.Loader.
func (c *chunk) Load(rows []uint32) (col column.Column, err error) {
	g := c.scan.g
	defer recovered(g.file.path, &err)
	if c.field.nested != nil {
		if col, err = c.loadNested(); err != nil {
			return nil, c.named(err)
		}
		if rows != nil {
			col = column.Gather(col, rows)
		}
		return cast(col, c.field.to), nil
	}
	r := &pageReader{g: g, field: c.field}
	defer r.giveBack()
	load := c.loadLibrary
	if g.direct[c.field.leaf] {
		load = func(d *decoder, rows []uint32) error { return c.loadDirect(d, r, rows) }
	}
	stored := c.field
	stored.to = stored.own
	d := newDecoder(stored, c.to-c.from)
	var order []uint32
	if c.isSparse(rows, sparse) {
		var picks []uint32
		picks, order = ascending(rows)
		d = newDecoder(stored, len(picks))
		d.sparse = true
		err = load(d, picks)
	} else {
		err = load(d, nil)
	}
	if err == nil {
		col, err = d.finish()
	}
	if err != nil {
		return nil, c.named(err)
	}
	switch {
	case rows != nil && !d.sparse:
		col = column.Gather(col, rows)
	case order != nil:
		col = column.Gather(col, order)
	}
	return cast(col, c.field.to), nil
}

// named returns err with the file and the column that it is about.
func (c *chunk) named(err error) error {
	return fmt.Errorf("%s: column %s: %w", c.scan.g.file.path, c.field.name, err)
}

// isSparse reports whether rows are fewer than one in so many.
func (c *chunk) isSparse(rows []uint32, in int) bool {
	return rows != nil && len(rows)*in < c.to-c.from
}

// Join implements column.Joinable for few rows of parts of one row group: they
// share pages and a dictionary.
func (c *chunk) Join(rows []uint32, next column.Loader, nextRows []uint32) (column.Loader, []uint32, bool) {
	n, ok := next.(*chunk)
	if !ok || n.scan != c.scan || n.field.leaf != c.field.leaf || !c.isSparse(rows, sparse) || !n.isSparse(nextRows, sparse) {
		return nil, nil, false
	}
	both := &chunk{scan: c.scan, field: c.field, from: min(c.from, n.from), to: max(c.to, n.to)}
	all := make([]uint32, 0, len(rows)+len(nextRows))
	for _, r := range rows {
		all = append(all, r+uint32(c.from-both.from))
	}
	for _, r := range nextRows {
		all = append(all, r+uint32(n.from-both.from))
	}
	return both, all, true
}

// ascending returns rows in ascending order, and the position there of each of
// them; nil where they ascend already.
func ascending(rows []uint32) (sorted, order []uint32) {
	if slices.IsSorted(rows) {
		return rows, nil
	}
	pairs := make([]uint64, len(rows))
	for i, r := range rows {
		pairs[i] = uint64(r)<<32 | uint64(i)
	}
	slices.Sort(pairs)
	sorted, order = make([]uint32, len(rows)), make([]uint32, len(rows))
	for at, p := range pairs {
		sorted[at], order[uint32(p)] = uint32(p>>32), uint32(at)
	}
	return sorted, order
}

// loadDirect decodes the pages that hold the rows given, which ascend and count
// from c.from; all rows of the chunk if rows is nil. What d has may be in memory
// that r gives back.
func (c *chunk) loadDirect(d *decoder, r *pageReader, rows []uint32) error {
	layout, err := c.scan.g.layoutOf(c.field.leaf)
	if err != nil {
		return err
	}
	r.layout = layout
	if rows == nil {
		return c.directAll(d, r)
	}
	for i := 0; i < len(rows); {
		at := layout.page(c.from + int(rows[i]))
		first, end := layout.data[at].first, layout.end(at)
		var picks []uint32
		for ; i < len(rows) && c.from+int(rows[i]) < end; i++ {
			picks = append(picks, uint32(c.from+int(rows[i])-first))
		}
		v, err := r.picked(layout.data[at], picks)
		if err != nil {
			return err
		}
		err = d.add(v, nil, 0, v.rows)
		r.g.file.memory.give(v.lent)
		if err != nil {
			return err
		}
	}
	return nil
}

// directAll decodes all pages of the chunk. A page that is shared with another
// part of the row group is decoded once for both.
func (c *chunk) directAll(d *decoder, r *pageReader) error {
	for row := c.from; row < c.to; {
		at := r.layout.page(row)
		first, end := r.layout.data[at].first, r.layout.end(at)
		to := min(end, c.to)
		var v *values
		var err error
		if c.isText() && (row != first || to != end) {
			r.alone = false
			v, err = c.scan.shared(pageKey{c.field.leaf, at}, end-first, to-row, func() (*values, error) { return r.wholePage(at) })
		} else {
			r.alone = c.isText()
			v, err = r.wholePage(at)
		}
		if err != nil {
			return err
		}
		if err := d.add(v, nil, row-first, to-first); err != nil {
			return err
		}
		r.g.file.memory.give(v.lent)
		row = to
	}
	return nil
}

// wholePage reads data page at. Text is kept, all else is in borrowed memory.
func (r *pageReader) wholePage(at int) (*values, error) {
	v, err := r.values(r.layout.data[at], r.field.from.kind != pq.ByteArray)
	if want := r.layout.end(at) - r.layout.data[at].first; err == nil && v.rows != want {
		err = fmt.Errorf("page holds %d rows, want %d", v.rows, want)
	}
	return v, err
}

// loadLibrary is loadDirect by the library's own decoding.
func (c *chunk) loadLibrary(d *decoder, rows []uint32) error {
	leaf := c.scan.g.rg.ColumnChunks()[c.field.leaf]
	// With the index at hand a seek goes to the page; without, the library
	// decodes all pages before it.
	if _, err := leaf.OffsetIndex(); err != nil && !errors.Is(err, pq.ErrMissingOffsetIndex) {
		return fmt.Errorf("page index: %w", err)
	}
	pages := leaf.Pages()
	defer pages.Close()
	var dict *dictionary
	for i, row := 0, c.from; row < c.to; {
		if rows != nil {
			if i == len(rows) {
				break
			}
			row = c.from + int(rows[i])
		}
		if row > 0 && (rows != nil || row == c.from) {
			if err := pages.SeekToRow(int64(row)); err != nil {
				return err
			}
		}
		p, err := pages.ReadPage()
		if eof(err) {
			return fmt.Errorf("ends before row %d", row)
		}
		if err != nil {
			return err
		}
		if p.NumRows() == 0 {
			return fmt.Errorf("page at row %d is empty", row)
		}
		end := min(c.to, row+int(p.NumRows()))
		var picks []uint32
		for ; i < len(rows) && c.from+int(rows[i]) < end; i++ {
			picks = append(picks, uint32(c.from+int(rows[i])-row))
		}
		if dict == nil && p.Dictionary() != nil {
			if dict, err = libraryDictionary(c.field, p.Dictionary()); err != nil {
				return err
			}
		}
		v, err := libraryValues(c.field, p, dict)
		if err == nil {
			err = d.add(v, picks, 0, end-row)
		}
		if rows != nil || err != nil || len(v.text) == 0 {
			pq.Release(p) // nothing refers to its memory
		}
		if err != nil {
			return err
		}
		row = end
	}
	return nil
}
