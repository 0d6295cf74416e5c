package store

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A Refilling is what a table gets in the place of what it has.
type Refilling struct {
	// Rows may be none; their columns are Schema.
	Schema types.Schema
	Rows   []*column.Batch
	// Columns, if not nil, gives the table other columns, as [Store.Alter] does: those
	// of Schema must be among them, with their types. Notes are set at the same time.
	Columns func(have types.Schema) (types.Schema, error)
	Notes   Notes
}

// Refill puts rows in the place of all rows that a table has, together with its
// columns and notes if they are given: at once and durably. After a crash there is
// all of the old or all of the new. Rows that are appended meanwhile stay.
func (s *Store) Refill(name string, r Refilling) error {
	t, err := s.table(name)
	if err != nil {
		return err
	}
	t.merge.Lock()
	defer t.merge.Unlock()
	t.work.Lock()
	defer t.work.Unlock()
	before := s.beginSeal(t)
	if before.damage != nil {
		return before.damage
	}
	alter, err := s.refitting(t, before, r)
	if err != nil {
		s.endSeal(t)
		return err
	}
	fresh, err := s.refilling(t, before, alter, r)
	if err == nil {
		err = s.replaceLocked(t, func(now *state) {
			later := slices.DeleteFunc(slices.Clone(now.segments), func(g *segment) bool { return slices.Contains(before.segments, g) })
			now.segments = append(slices.Clone(fresh), later...)
			now.hot, now.sealing = now.hot[len(before.hot):], 0
			now.durable = max(before.applied, now.durable)
			now.added = slices.DeleteFunc(slices.Clone(now.added), func(lsn uint64) bool { return lsn <= now.durable })
			alter(now)
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

// refitting returns what makes a table take the columns of its new rows.
func (s *Store) refitting(t *table, before *state, r Refilling) (func(*state), error) {
	alter := func(now *state) { now.notes = now.notes.with(r.Notes) }
	if r.Columns != nil {
		var err error
		if alter, err = s.altering(t, before, r.Columns, r.Notes); err != nil {
			return nil, err
		}
	}
	after := before.clone()
	alter(after)
	if _, err := grown(t.name(), after.schema, r.Schema); err != nil {
		return nil, err
	}
	return func(now *state) {
		alter(now)
		// They fit, but for what appends have added meanwhile in another type: rows
		// that have it are none of these.
		now.schema, _ = grown(t.name(), now.schema, r.Schema)
	}, nil
}

// refilling writes rows as a segment of the table as alter makes it, none if there
// are no rows.
func (s *Store) refilling(t *table, st *state, alter func(*state), r Refilling) ([]*segment, error) {
	after := st.clone()
	alter(after)
	rows := slices.DeleteFunc(slices.Clone(r.Rows), func(b *column.Batch) bool { return b.Len() == 0 })
	if len(rows) == 0 {
		return nil, nil
	}
	a := s.aboutReplacing(t, st.segments)
	a.Durable, a.Columns = st.applied, columnsOf(after.schema)
	seg, err := s.writeSegment(t, a, r.Schema, rows)
	if err != nil {
		return nil, err
	}
	return []*segment{t.newSegment(seg)}, nil
}
