package parquet

import (
	"fmt"
	"slices"

	pq "github.com/parquet-go/parquet-go"

	"github.com/calypso-kql/calypso/kql/column"
)

// Pieces implements column.Piecewise for text that hardly repeats: a page at a
// time, each in the memory of the one before.
func (c *chunk) Pieces(rows []uint32, f func(column.Column) error) (ok bool, err error) {
	if !c.isPiecewise(rows) {
		return false, nil
	}
	p := &pieceReader{c: c, rows: rows, row: c.from}
	defer p.close()
	for {
		piece, err := p.next()
		if err != nil {
			return true, c.named(err)
		}
		if piece == nil {
			return true, nil
		}
		if err := f(piece); err != nil {
			return true, err
		}
	}
}

func (c *chunk) isPiecewise(rows []uint32) bool {
	g := c.scan.g
	return g.direct[c.field.leaf] && c.field.from.kind == pq.ByteArray && c.field.own == c.field.to &&
		!c.scan.keep && !g.isSmall(c.field) && !c.isSparse(rows, sparse) && slices.IsSorted(rows)
}

// A pieceReader yields the rows wanted of one page after the other.
type pieceReader struct {
	c     *chunk
	rows  []uint32 // wanted, from c.from, and not read yet; nil for all
	row   int      // of the row group, the next one
	pages *pageReader
	lent  []byte
}

// close gives back what the pieces were in.
func (p *pieceReader) close() {
	p.giveBack()
	if p.pages != nil {
		p.c.scan.g.file.memory.giveTexts(p.pages.text)
	}
}

// giveBack ends the life of the last piece.
func (p *pieceReader) giveBack() {
	if p.lent == nil {
		return
	}
	p.c.scan.g.file.memory.give(p.lent)
	p.lent = nil
}

// next returns the next piece, nil at the end.
func (p *pieceReader) next() (piece column.Column, err error) {
	c, g := p.c, p.c.scan.g
	defer recovered(g.file.path, &err)
	p.giveBack()
	if p.pages == nil {
		l, err := g.layoutOf(c.field.leaf)
		if err != nil {
			return nil, err
		}
		p.pages = &pageReader{g: g, field: c.field, layout: l}
	}
	if p.rows != nil {
		if len(p.rows) == 0 {
			return nil, nil
		}
		p.row = c.from + int(p.rows[0])
	}
	if p.row >= c.to {
		return nil, nil
	}
	at := p.pages.layout.page(p.row)
	first, end := p.pages.layout.data[at].first, p.pages.layout.end(at)
	// A page that another part has rows of, too, is decoded once for both.
	whole := first >= c.from && end <= c.to
	read := func() (*values, error) {
		v, err := p.pages.values(p.pages.layout.data[at], whole)
		if err == nil && v.rows != end-first {
			err = fmt.Errorf("page holds %d rows, want %d", v.rows, end-first)
		}
		return v, err
	}
	var v *values
	if whole {
		v, err = read()
	} else {
		v, err = c.scan.shared(pageKey{c.field.leaf, at}, end-first, min(end, c.to)-max(first, c.from), read)
	}
	if err != nil {
		return nil, err
	}
	p.lent = v.lent
	from, to := p.row-first, min(end, c.to)-first
	p.row = first + to
	return p.piece(v, p.picks(first, first+to), from, to)
}

// picks takes the rows wanted of those before end, as rows of the page that
// begins at first; nil if all are.
func (p *pieceReader) picks(first, end int) []uint32 {
	if p.rows == nil {
		return nil
	}
	picks := []uint32{}
	for len(p.rows) > 0 && p.c.from+int(p.rows[0]) < end {
		picks = append(picks, uint32(p.c.from+int(p.rows[0])-first))
		p.rows = p.rows[1:]
	}
	return picks
}

// piece returns picks of a page, or rows from up to, not including, to.
func (p *pieceReader) piece(v *values, picks []uint32, from, to int) (column.Column, error) {
	if picks == nil && v.dict == nil && v.slots == nil && to <= len(v.text) {
		return p.c.field.ofText(v.text[from:to], nil), nil
	}
	n := to - from
	if picks != nil {
		n = len(picks)
	}
	d := newDecoder(p.c.field, n)
	if err := d.add(v, picks, from, to); err != nil {
		return nil, err
	}
	return d.finish()
}
