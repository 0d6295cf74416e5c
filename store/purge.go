package store

import (
	"context"
	"errors"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
)

// Purge deletes the rows of a table that match names, in segments, in memory and
// in the log, for good: their segments are written again without them and the old
// files removed. It returns the record of it, which Purges keeps; predicate and by
// say there what was purged and who asked for it. Rows that are appended meanwhile
// are not looked at. After an error some segments may be purged and others not:
// purging again ends it.
func (s *Store) Purge(ctx context.Context, name, predicate, by string, match Match) (PurgeRecord, error) {
	t, err := s.table(name)
	if err != nil {
		return PurgeRecord{}, err
	}
	record, err := s.beginPurge(PurgeRecord{Table: name, Predicate: predicate, By: by})
	if err != nil {
		return record, full(err)
	}
	record.Rows, err = s.purge(ctx, t, match)
	if s.fragments != nil {
		s.fragments.forget() // purged rows are not to stay in memory either
	}
	if err == nil {
		err = s.forgetLog()
	}
	if err != nil {
		record.Error = err.Error()
	}
	return record, errors.Join(full(err), s.endPurge(&record))
}

// forgetLog removes what was appended before from the log, where purged rows may
// still be.
func (s *Store) forgetLog() error {
	if err := s.log.turn(); err != nil {
		return err
	}
	return s.Seal()
}

func (s *Store) purge(ctx context.Context, t *table, match Match) (int64, error) {
	if err := s.seal(t); err != nil {
		return 0, err
	}
	t.merge.Lock()
	defer t.merge.Unlock()
	st := s.stateOf(t)
	var gone int64
	for _, g := range st.segments {
		if err := ctx.Err(); err != nil {
			return gone, err
		}
		n, err := s.purgeSegment(t, st, g, match)
		if err != nil {
			return gone, err
		}
		gone += n
	}
	return gone, nil
}

func (s *Store) purgeSegment(t *table, st *state, g *segment, match Match) (int64, error) {
	var gone int64
	part := *st
	part.segments, part.hot = []*segment{g}, nil
	count := func(b *column.Batch) ([]uint32, error) {
		rows, err := match(st.schema, b)
		gone += int64(len(rows))
		return others(rows, b.Len()), err
	}
	// Most segments have no such row: the first pass finds out and writes nothing.
	if err := part.each(t.name(), func(b *column.Batch) error { _, err := count(b); return err }); err != nil || gone == 0 {
		return 0, err
	}
	gone = 0
	seg, err := s.rewrite(t, &part, count)
	if err != nil {
		return 0, err
	}
	return gone, s.swap(t, part.segments, seg)
}

// others returns the rows below n that are not among rows, which ascend.
func others(rows []uint32, n int) []uint32 {
	keep := make([]uint32, 0, n-len(rows))
	for i := range uint32(n) {
		if _, found := slices.BinarySearch(rows, i); !found {
			keep = append(keep, i)
		}
	}
	return keep
}
