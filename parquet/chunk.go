package parquet

import (
	"errors"
	"fmt"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
)

// A chunk is rows from up to, not including, to of one column of a row group,
// not read yet. It implements column.Loader.
type chunk struct {
	group    *group
	field    field
	from, to int
}

// sparse is how few of a chunk's rows must be wanted, one in so many, for
// reading pages one by one to beat reading the whole.
const sparse = 32

// Load implements column.Loader.
func (c *chunk) Load(rows []uint32) (col column.Column, err error) {
	file := c.group.file
	defer recovered(file.path, &err)
	leaf := c.group.rg.ColumnChunks()[c.field.leaf]
	// With the index at hand a seek goes to the page; without, the library
	// decodes all pages before it.
	if _, err := leaf.OffsetIndex(); err != nil && !errors.Is(err, pq.ErrMissingOffsetIndex) {
		return nil, fmt.Errorf("%s: page index: %w", file.path, err)
	}
	if c.isSparse(rows) {
		col, err = c.loadRows(leaf, rows)
	} else {
		col, err = c.loadAll(leaf)
		if err == nil && rows != nil {
			col = column.Gather(col, rows)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: column %s: %w", file.path, file.pf.Root().Columns()[c.field.leaf].Name(), err)
	}
	return col, nil
}

func (c *chunk) isSparse(rows []uint32) bool {
	return rows != nil && len(rows)*sparse < c.to-c.from && ascending(rows)
}

func ascending(rows []uint32) bool {
	for i := 1; i < len(rows); i++ {
		if rows[i] < rows[i-1] {
			return false
		}
	}
	return true
}

// loadAll reads every page of the range.
func (c *chunk) loadAll(leaf pq.ColumnChunk) (column.Column, error) {
	d := newDecoder(c.field, c.to-c.from)
	pages := leaf.Pages()
	defer pages.Close()
	if c.from > 0 {
		if err := pages.SeekToRow(int64(c.from)); err != nil {
			return nil, err
		}
	}
	for d.rows < c.to-c.from {
		page, err := pages.ReadPage()
		if eof(err) {
			return nil, fmt.Errorf("holds %d rows, want %d", d.rows, c.to-c.from)
		}
		if err != nil {
			return nil, err
		}
		whole := page
		if left := c.to - c.from - d.rows; page.NumRows() > int64(left) {
			page = page.Slice(0, int64(left))
		}
		views := c.field.from.kind == pq.ByteArray && page.Dictionary() == nil
		if err := d.page(page); err != nil {
			return nil, err
		}
		if !views {
			pq.Release(whole) // its memory serves the next page
		}
	}
	return d.finish()
}

// loadRows reads the pages that hold the rows given, which ascend and count
// from c.from.
func (c *chunk) loadRows(leaf pq.ColumnChunk, rows []uint32) (column.Column, error) {
	d := newDecoder(c.field, len(rows))
	pages := leaf.Pages()
	defer pages.Close()
	for i := 0; i < len(rows); {
		first := c.from + int(rows[i])
		if err := pages.SeekToRow(int64(first)); err != nil {
			return nil, err
		}
		page, err := pages.ReadPage()
		if err != nil {
			return nil, err
		}
		if page.NumRows() == 0 {
			return nil, fmt.Errorf("page at row %d is empty", first)
		}
		end := first + int(page.NumRows())
		var picks []uint32
		for i < len(rows) && c.from+int(rows[i]) < end {
			picks = append(picks, uint32(c.from+int(rows[i])-first))
			i++
		}
		err = d.copyRows(page, picks)
		pq.Release(page)
		if err != nil {
			return nil, err
		}
	}
	return d.finish()
}
