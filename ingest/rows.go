package ingest

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// rows collects the rows of one table, a piece of input at a time.
type rows struct {
	table  string
	c      *columns
	asText bool // dynamic values stay text
	cells  []cells
	n      int
}

// add takes over what r has staged. The record stands on the line given.
func (t *rows) add(r *row, line int) {
	for len(t.cells) < len(t.c.cols) {
		t.cells = append(t.cells, newCells(t.c.cols[len(t.cells)].Type, t.asText))
	}
	for _, i := range r.used {
		if r.copied && i == r.l.received {
			t.cells[i].add(t.n, r.values[i], nowhere)
			continue
		}
		t.cells[i].add(t.n, r.values[i], line)
	}
	t.n++
}

// A part is the rows of one table from one piece of input. The columns of a table
// without a known schema are text, with the shapes of their values.
type part struct {
	table  string
	known  bool
	n      int
	names  []types.Column
	cols   []column.Column // nil for a column without values
	shapes []shape
	bad    []badValues
}

// badValues are values of a column that do not read as its type, and are null.
type badValues struct {
	column  types.Column
	n       int
	example string
	line    int // of the first
}

// size returns about how many bytes the rows take.
func (p *part) size() (n int64) {
	for _, c := range p.cols {
		if c != nil {
			n += column.Size(c)
		}
	}
	return n
}

// take returns the rows so far and begins anew.
func (t *rows) take() part {
	p := part{table: t.table, known: t.c.known, n: t.n, names: t.c.cols[:len(t.cells):len(t.cells)]}
	p.cols = make([]column.Column, len(t.cells))
	p.shapes = make([]shape, len(t.cells))
	for i, c := range t.cells {
		p.cols[i], p.shapes[i] = c.take(t.n)
		if b := c.mistakes(); b.n > 0 {
			b.column = p.names[i]
			p.bad = append(p.bad, b)
		}
	}
	t.n = 0
	return p
}
