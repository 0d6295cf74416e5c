package store

import (
	"context"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// Purge deletes the rows of a table that match names, in segments and in memory,
// for good: their segments are written again without them and the old files
// removed. match gets batches with the columns of s, the table's schema, and
// returns which rows go, in ascending order. It returns how many went. Rows that
// are appended meanwhile are not looked at. After an error some segments may be
// purged and others not: purging again ends it.
func (s *Store) Purge(ctx context.Context, name string, match func(s types.Schema, b *column.Batch) ([]uint32, error)) (int64, error) {
	t, err := s.table(name)
	if err != nil {
		return 0, err
	}
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

func (s *Store) purgeSegment(t *table, st *state, g *segment, match func(types.Schema, *column.Batch) ([]uint32, error)) (int64, error) {
	var gone int64
	part := *st
	part.segments, part.hot = []*segment{g}, nil
	count := func(b *column.Batch) ([]uint32, error) {
		rows, err := match(st.schema, b)
		gone += int64(len(rows))
		return others(rows, b.Len()), err
	}
	// Most segments have no such row: the first pass finds out and writes nothing.
	if err := part.each(t.name, func(b *column.Batch) error { _, err := count(b); return err }); err != nil || gone == 0 {
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
