package store

import "github.com/calypso-kql/calypso/kql/types"

// An Extent is a piece of a table: a segment, or the rows that are in memory.
type Extent struct {
	// Table is the table's id, Number that of the segment, 0 for rows in memory.
	Table, Number uint64
	Rows, Bytes   int64
	// Times has the least and greatest TimeGenerated and _TimeReceived of a segment.
	Times map[string]Span
}

// Extents returns the pieces of a table, in the order of arrival.
func (s *Snapshot) Extents(table string) []Extent {
	st, ok := s.states[table]
	if !ok || st.damage != nil {
		return nil
	}
	var out []Extent
	for _, g := range st.segments {
		n, _ := seqOf(g.File, segmentEnd)
		out = append(out, Extent{Table: st.id, Number: n, Rows: g.Rows, Bytes: g.Bytes, Times: g.Times})
	}
	hot := Extent{Table: st.id, Bytes: st.hotBytes()}
	for _, h := range st.hot {
		hot.Rows += int64(h.rows.Len())
	}
	if hot.Rows > 0 {
		out = append(out, hot)
	}
	return out
}

// Schema returns the columns of a table.
func (s *Snapshot) Schema(table string) (types.Schema, bool) {
	st, ok := s.states[table]
	if !ok {
		return types.Schema{}, false
	}
	return st.schema, true
}

// ID returns the number of a table, which it keeps when it is renamed.
func (s *Snapshot) ID(table string) uint64 {
	if st, ok := s.states[table]; ok {
		return st.id
	}
	return 0
}
