package plan

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// Columns returns a source with some of another's columns, by position.
func Columns(s Source, keep []int) Source {
	c := &columns{of: s, keep: keep}
	for _, i := range keep {
		c.schema.Columns = append(c.schema.Columns, s.Schema().Columns[i])
	}
	return c
}

type columns struct {
	of     Source
	keep   []int
	schema types.Schema
}

// Schema implements Source.
func (c *columns) Schema() types.Schema { return c.schema }

// Rows implements Sizer.
func (c *columns) Rows() int64 {
	if s, ok := c.of.(Sizer); ok {
		return s.Rows()
	}
	return -1
}

// Open implements Source.
func (c *columns) Open(ctx context.Context, s Scan) (column.Reader, error) {
	own := s
	own.Columns, own.Hints = make([]int, len(s.Columns)), make([]Hint, len(s.Hints))
	for i, at := range s.Columns {
		own.Columns[i] = c.keep[at]
	}
	for i, h := range s.Hints {
		h.Column = c.keep[h.Column]
		own.Hints[i] = h
	}
	return c.of.Open(ctx, own)
}
