package parquet

import (
	"errors"
	"fmt"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// loadNested reads the rows of a nested column.
func (c *chunk) loadNested() (column.Column, error) {
	n := c.field.nested
	leaves := make([][]pq.Value, n.to-n.from)
	for i := range leaves {
		var err error
		if leaves[i], err = c.leafValues(c.field.leaf + i); err != nil {
			return nil, err
		}
	}
	out := make([]dynamic.Value, c.to-c.from)
	row := make([][]pq.Value, len(leaves))
	for r := range out {
		for i, v := range leaves {
			end := endOfRow(v)
			row[i], leaves[i] = v[:end], v[end:]
		}
		var err error
		if out[r], err = n.read(row); err != nil {
			return nil, fmt.Errorf("row %d: %w", c.from+r, err)
		}
	}
	return column.NewVec(types.Dynamic, out, nil), nil
}

// endOfRow returns where the first row of v ends.
func endOfRow(v []pq.Value) int {
	end := min(1, len(v))
	for end < len(v) && v[end].RepetitionLevel() > 0 {
		end++
	}
	return end
}

// leafValues returns the values of a leaf for the rows of c, with their levels.
func (c *chunk) leafValues(leaf int) ([]pq.Value, error) {
	if err := c.scan.g.spendChunk(leaf); err != nil {
		return nil, err
	}
	chunk := c.scan.g.rg.ColumnChunks()[leaf]
	if _, err := chunk.OffsetIndex(); err != nil && !errors.Is(err, pq.ErrMissingOffsetIndex) {
		return nil, fmt.Errorf("page index: %w", err)
	}
	pages := chunk.Pages()
	defer pages.Close()
	if c.from > 0 {
		if err := pages.SeekToRow(int64(c.from)); err != nil {
			return nil, err
		}
	}
	var out []pq.Value
	rows := 0
	for {
		p, err := pages.ReadPage()
		if eof(err) && rows >= c.to-c.from {
			return out, nil // the last row may have gone on to the end
		}
		if err != nil {
			return nil, fmt.Errorf("ends after %d of %d rows: %w", rows, c.to-c.from, err)
		}
		r := p.Values()
		var buf [256]pq.Value
		for {
			n, err := r.ReadValues(buf[:])
			for _, v := range buf[:n] {
				if v.RepetitionLevel() == 0 {
					if rows++; rows > c.to-c.from {
						return out, nil
					}
				}
				out = append(out, v)
			}
			if eof(err) || n == 0 && err == nil {
				break
			}
			if err != nil {
				return nil, err
			}
		}
	}
}
