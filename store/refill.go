package store

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// Refill puts rows, which may be none, in the place of all rows that a table has,
// at once and durably. Rows that are appended meanwhile stay. The rows' columns
// must be columns of the table, with their types.
func (s *Store) Refill(name string, schema types.Schema, rows []*column.Batch) error {
	t, err := s.table(name)
	if err != nil {
		return err
	}
	t.merge.Lock()
	defer t.merge.Unlock()
	t.work.Lock()
	defer t.work.Unlock()
	before := s.beginSeal(t)
	fresh, err := s.refilling(t, before, schema, rows)
	if err == nil {
		err = s.replaceLocked(t, func(now *state) {
			later := slices.DeleteFunc(slices.Clone(now.segments), func(g *segment) bool { return slices.Contains(before.segments, g) })
			now.segments = append(slices.Clone(fresh), later...)
			now.hot, now.sealing = now.hot[len(before.hot):], 0
			now.durable = max(before.applied, now.durable)
			now.added = slices.DeleteFunc(slices.Clone(now.added), func(lsn uint64) bool { return lsn <= now.durable })
		})
	}
	if err != nil {
		for _, g := range fresh {
			t.remove(g.Segment)
		}
		s.endSeal(t)
		return full(err)
	}
	s.retire(t, before.segments)
	return nil
}

// refilling writes rows as a segment, none if there are no rows.
func (s *Store) refilling(t *table, st *state, schema types.Schema, rows []*column.Batch) ([]*segment, error) {
	if st.damage != nil {
		return nil, st.damage
	}
	if _, err := grown(t.name(), st.schema, schema); err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(slices.Clone(rows), func(b *column.Batch) bool { return b.Len() == 0 })
	if len(rows) == 0 {
		return nil, nil
	}
	a := s.aboutReplacing(t, st.segments)
	a.Durable = st.applied
	seg, err := s.writeSegment(t, a, schema, rows)
	if err != nil {
		return nil, err
	}
	return []*segment{t.newSegment(seg)}, nil
}
