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
	// declared has the types that an answer says of columns, as far as it does.
	declared []types.Type
}

// declare notes columns, which may have no value, and the types that are said of them.
// They hold for the rows of this piece.
func (t *rows) declare(l *layout, a *answerColumns) {
	for i, k := range a.keys {
		x := l.slot(inFlat, k)
		if x < firstColumn {
			continue
		}
		at := int(x - firstColumn)
		for len(t.declared) < len(t.c.cols) {
			t.declared = append(t.declared, types.Unknown)
		}
		if have := t.declared[at]; have != types.Unknown && have != a.types[i] {
			continue // of an answer before, which said otherwise: values decide
		}
		t.declared[at] = a.types[i]
	}
	t.grow()
}

// grow makes room for columns that were met since.
func (t *rows) grow() {
	for len(t.cells) < len(t.c.cols) {
		t.cells = append(t.cells, newCells(t.c.cols[len(t.cells)].Type, t.asText))
	}
}

// add takes over what r has staged. The record stands on the line given.
func (t *rows) add(r *row, line int) {
	t.grow()
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
	// declared has the types that an answer says of the first columns; Unknown where it
	// says none.
	declared []types.Type
}

func (p *part) declaredType(i int) types.Type {
	if i < len(p.declared) {
		return p.declared[i]
	}
	return types.Unknown
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
	p := part{table: t.table, known: t.c.known, n: t.n, names: t.c.cols[:len(t.cells):len(t.cells)], declared: t.declared}
	p.cols = make([]column.Column, len(t.cells))
	p.shapes = make([]shape, len(t.cells))
	for i, c := range t.cells {
		p.cols[i], p.shapes[i] = c.take(t.n)
		if b := c.mistakes(); b.n > 0 {
			b.column = p.names[i]
			p.bad = append(p.bad, b)
		}
	}
	t.n, t.declared = 0, nil
	return p
}
