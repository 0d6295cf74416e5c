package store

import (
	"fmt"
	"maps"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// Alter gives a table the visible columns that change makes of those that it has,
// in that order; hidden ones stay. A column that is left out is dropped, and never
// comes back: one that is added later under its name is another one. So is a column
// that gets another type: its rows are null. New columns are null. notes are set at
// the same time. An error of change is returned, and nothing is changed.
//
// No row is written again. Rows that are appended meanwhile with a column that is
// dropped add it to the table as rows that come later do; where its type is
// another one now, they are null in it.
func (s *Store) Alter(name string, change func(have types.Schema) (types.Schema, error), notes Notes) error {
	t, err := s.table(name)
	if err != nil {
		return err
	}
	if err := s.seal(t); err != nil {
		return full(err)
	}
	t.merge.Lock()
	defer t.merge.Unlock()
	t.work.Lock()
	defer t.work.Unlock()
	st := s.stateOf(t)
	if st.damage != nil {
		return st.damage
	}
	alter, err := s.altering(t, st, change, notes)
	if err != nil {
		return err
	}
	return full(s.replaceLocked(t, alter))
}

// altering returns what gives a table other columns, and notes: change makes of the
// visible columns of st those that it is to have. The table's work is held, and a
// segment that is begun afterwards has them.
func (s *Store) altering(t *table, st *state, change func(have types.Schema) (types.Schema, error), notes Notes) (func(*state), error) {
	wanted, err := change(st.schema.Visible())
	if err != nil {
		return nil, err
	}
	from := cut{File: s.nextFile(t), LSN: s.log.last()}
	cuts := maps.Clone(st.cuts)
	for _, c := range st.schema.Columns {
		i := wanted.Index(c.Name)
		if c.Hidden && i >= 0 {
			return nil, fmt.Errorf("the column %s of table %s is hidden and stays as it is", c.Name, t.name())
		}
		if !c.Hidden && (i < 0 || wanted.Columns[i].Type != c.Type) {
			if cuts == nil {
				cuts = map[string]cut{}
			}
			cuts[c.Name] = from
		}
	}
	return func(now *state) {
		schema := types.Schema{Columns: slices.Clone(wanted.Columns)}
		for _, c := range now.schema.Columns {
			// What appends have added since is kept.
			grown := st.schema.Index(c.Name) < 0 && wanted.Index(c.Name) < 0
			if c.Hidden || grown {
				schema.Columns = append(schema.Columns, c)
			}
		}
		now.schema, now.cuts, now.notes = hiddenLast(schema), cuts, now.notes.with(notes)
		now.altered++
		now.hot = slices.Clone(now.hot)
		for i, h := range now.hot {
			now.hot[i].schema, now.hot[i].rows = now.fitting(h.lsn, h.schema, h.rows)
		}
	}, nil
}

// fitting returns rows without the columns that the table does not take from
// them: those that were dropped since, or have another type now.
func (st *state) fitting(lsn uint64, s types.Schema, rows *column.Batch) (types.Schema, *column.Batch) {
	var keep []int
	for i, c := range s.Columns {
		j := st.schema.Index(c.Name)
		if lsn > st.cuts[c.Name].LSN && (j < 0 || st.schema.Columns[j].Type == c.Type) {
			keep = append(keep, i)
		}
	}
	if len(keep) == s.Len() {
		return s, rows
	}
	var out types.Schema
	for _, i := range keep {
		out.Columns = append(out.Columns, s.Columns[i])
	}
	if rows != nil {
		rows = rows.Select(keep)
	}
	return out, rows
}

// fit makes an addition be one for the table as it is now, which was altered
// since the addition was made, and adds the columns to the table that it lacks.
// mu is held.
func (t *table) fit(lsn uint64, a *addition) {
	st := t.state.clone()
	a.schema, a.rows = st.fitting(lsn, a.schema, a.rows)
	// The types fit, so that the columns do.
	st.schema, _ = grown(t.name(), st.schema, a.schema)
	t.state = st
}

// declared returns the columns of the table that a segment may have.
func (st *state) declared(g *segment) types.Schema {
	if len(st.cuts) == 0 {
		return st.schema
	}
	n, _ := seqOf(g.File, segmentEnd)
	var out types.Schema
	for _, c := range st.schema.Columns {
		if n >= st.cuts[c.Name].File {
			out.Columns = append(out.Columns, c)
		}
	}
	return out
}

// visible returns a segment's file without what it holds of columns that were
// dropped since it was written.
func (st *state) visible(g *segment, f plan.Source) plan.Source {
	if len(st.cuts) == 0 {
		return f
	}
	n, _ := seqOf(g.File, segmentEnd)
	var keep []int
	schema := f.Schema()
	for i, c := range schema.Columns {
		if n >= st.cuts[c.Name].File {
			keep = append(keep, i)
		}
	}
	if len(keep) == schema.Len() {
		return f
	}
	return plan.Columns(f, keep)
}
