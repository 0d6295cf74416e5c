package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Table returns a table of the snapshot: segments in the order of arrival, then
// the rows that are in memory. Reading a damaged file is an error that names it.
func (s *Snapshot) Table(name string) (plan.Source, bool) {
	st, ok := s.states[name]
	if !ok {
		return nil, false
	}
	return &source{name: name, st: st, fragments: s.fragments}, true
}

// A source reads a state. It implements plan.Source.
type source struct {
	name      string
	st        *state
	fragments *fragments // nil if nothing is kept
}

// Fragments implements plan.Parted.
func (s *source) Fragments() plan.Fragments {
	if s.fragments == nil {
		return nil
	}
	return s.fragments
}

// Parts implements plan.Parted: segments, which never change, and the rows that are
// in memory.
func (s *source) Parts() []plan.Part {
	var parts []plan.Part
	for _, g := range s.st.segments {
		one := s.st.clone()
		one.segments, one.hot = []*segment{g}, nil
		parts = append(parts, plan.Part{Source: &source{name: s.name, st: one}, ID: s.partID(g.File), Bounds: s.bounds(g.Times), Parts: s.parts(g)})
	}
	if len(s.st.hot) > 0 {
		one := s.st.clone()
		one.segments = nil
		parts = append(parts, plan.Part{Source: &source{name: s.name, st: one}})
	}
	return parts
}

// partID names a segment or block. The columns that are read of one change when the
// table is altered.
func (s *source) partID(id string) string {
	return fmt.Sprintf("%d/%s/%d", s.st.id, id, s.st.altered)
}

// bounds returns the bounds of columns whose times are known.
func (s *source) bounds(times map[string]Span) func(column int) (low, high int64, ok bool) {
	return func(column int) (low, high int64, ok bool) {
		c := s.st.schema.Columns[column]
		span, ok := times[c.Name]
		return span.Min, span.Max, ok && span.Full && c.Type == types.DateTime
	}
}

// Schema implements plan.Source.
func (s *source) Schema() types.Schema { return s.st.schema }

// Rows implements plan.Sizer.
func (s *source) Rows() int64 { return s.st.rows() }

// Open implements plan.Source. Segments in whose times no wanted row can be are
// not even opened.
func (s *source) Open(ctx context.Context, scan plan.Scan) (column.Reader, error) {
	if s.st.damage != nil {
		return nil, fmt.Errorf("table %s can't be read: %w", s.name, s.st.damage)
	}
	wanted := s.st.clone()
	wanted.segments = nil
	if scan.Skips != nil {
		scan.Skips.Segments.Add(int64(len(s.st.segments)))
	}
	for _, g := range s.st.segments {
		if mayHold(g.Segment, s.st.schema, scan.Hints) {
			wanted.segments = append(wanted.segments, g)
		}
	}
	if scan.Skips != nil {
		scan.Skips.BySegment.Add(int64(len(s.st.segments) - len(wanted.segments)))
	}
	src, err := wanted.source(s.name)
	if err != nil {
		return nil, err
	}
	return src.Open(ctx, scan)
}

// source returns the rows of a state as one source with the table's columns.
func (st *state) source(name string) (plan.Source, error) {
	var parts []plan.Source
	for _, g := range st.segments {
		f, err := g.open(st.declared(g))
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
		parts = append(parts, st.visible(g, f))
	}
	for schema, batches := range alike(st.hot) {
		parts = append(parts, plan.NewMemory(schema, batches))
	}
	return plan.Concat(name, parts, st.schema, false)
}

// alike yields rows in memory, in their order: neighbours of the same columns
// together.
func alike(hot []hotRows) iter.Seq2[types.Schema, []*column.Batch] {
	return func(yield func(types.Schema, []*column.Batch) bool) {
		for from := 0; from < len(hot); {
			schema := hot[from].schema
			var batches []*column.Batch
			for ; from < len(hot) && hot[from].schema.Equal(schema); from++ {
				batches = append(batches, hot[from].rows)
			}
			if !yield(schema, batches) {
				return
			}
		}
	}
}

// mayHold reports whether a segment may have rows that fulfil all hints, as far
// as its times say.
func mayHold(s *Segment, schema types.Schema, hints []plan.Hint) bool {
	for _, h := range hints {
		c := schema.Columns[h.Column]
		span, ok := s.Times[c.Name]
		if !ok || c.Type != types.DateTime || h.Values.Len() == 0 {
			continue
		}
		v := column.ViewOf[int64](h.Values)
		least, most := v.At(0), v.At(0)
		for i := range h.Values.Len() {
			least, most = min(least, v.At(i)), max(most, v.At(i))
		}
		switch h.Op {
		case plan.HintIn:
			ok = least <= span.Max && most >= span.Min
		case plan.HintLess:
			ok = span.Min < most
		case plan.HintLessEqual:
			ok = span.Min <= most
		case plan.HintGreater:
			ok = span.Max > least
		case plan.HintGreaterEqual:
			ok = span.Max >= least
		}
		if !ok {
			return false
		}
	}
	return true
}
