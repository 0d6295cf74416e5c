package store

import (
	"context"
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// A Block is a run of a segment's rows, behind the block before it, that was a segment of
// its own before compaction. Answers that were kept for that segment hold for the block.
type Block struct {
	// ID is that of a segment that is gone, or, of blocks that were joined, a new one.
	ID    string          `json:"id"`
	Rows  int64           `json:"rows"`
	Times map[string]Span `json:"times,omitempty"`
}

// blocksIn is into how many blocks a full segment is divided at most.
const blocksIn = 32

// blocksOf returns the blocks of a segment to be: those of the ones that it is made
// of, in order. Neighbours that are small together become one.
func (s *Store) blocksOf(old []*segment, file string) []Block {
	least := s.opt.SegmentRows / blocksIn
	var out []Block
	for _, g := range old {
		for _, b := range g.blocks() {
			if n := len(out); n > 0 && out[n-1].Rows+b.Rows <= least {
				out[n-1] = joined(out[n-1], b, fmt.Sprintf("%s/%d", file, n))
				continue
			}
			out = append(out, b)
		}
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// blocks returns the blocks of a segment: the segment itself, if it has no others.
func (s *Segment) blocks() []Block {
	if len(s.Blocks) > 0 {
		return s.Blocks
	}
	return []Block{{ID: s.File, Rows: s.Rows, Times: s.Times}}
}

// joined returns two neighbours as one block.
func joined(a, b Block, id string) Block {
	out := Block{ID: id, Rows: a.Rows + b.Rows, Times: map[string]Span{}}
	for name, x := range a.Times {
		y, ok := b.Times[name]
		if !ok {
			x.Full = false
			out.Times[name] = x
			continue
		}
		out.Times[name] = Span{Min: min(x.Min, y.Min), Max: max(x.Max, y.Max), Full: x.Full && y.Full}
	}
	for name, y := range b.Times {
		if _, ok := a.Times[name]; !ok {
			y.Full = false
			out.Times[name] = y
		}
	}
	return out
}

// areSound reports whether the blocks are what the segment is made of.
func (s *Segment) areSound() bool {
	rows := int64(0)
	for _, b := range s.Blocks {
		if b.Rows <= 0 {
			return false
		}
		rows += b.Rows
	}
	return rows == s.Rows
}

// parts returns a segment's blocks as parts of its table; nil if it has none.
func (s *source) parts(g *segment) func() []plan.Part {
	if len(g.Blocks) == 0 || !g.areSound() {
		return nil
	}
	return func() []plan.Part {
		out := make([]plan.Part, len(g.Blocks))
		from := 0
		for i, b := range g.Blocks {
			to := from + int(b.Rows)
			out[i] = plan.Part{
				Source: &block{name: s.name, st: s.st, g: g, rows: parquet.Range{From: from, To: to}},
				ID:     s.partID(b.ID), Bounds: s.bounds(b.Times),
			}
			from = to
		}
		return out
	}
}

// A block is the rows of one of a segment's blocks.
type block struct {
	name string
	st   *state
	g    *segment
	rows parquet.Range
}

// Schema implements plan.Source.
func (b *block) Schema() types.Schema { return b.st.schema }

// Rows implements plan.Sizer.
func (b *block) Rows() int64 { return int64(b.rows.To - b.rows.From) }

// Open implements plan.Source.
func (b *block) Open(ctx context.Context, scan plan.Scan) (column.Reader, error) {
	if scan.Skips != nil {
		scan.Skips.Segments.Add(1)
	}
	f, err := b.g.open(b.st.declared(b.g))
	if err != nil {
		return nil, fmt.Errorf("table %s: %w", b.name, err)
	}
	all, err := plan.Concat(b.name, []plan.Source{b.st.visible(b.g, f.Part(b.rows))}, b.st.schema, false)
	if err != nil {
		return nil, err
	}
	return all.Open(ctx, scan)
}
