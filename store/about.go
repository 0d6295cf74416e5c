package store

import (
	"encoding/json"
	"slices"

	"github.com/calypso-kql/calypso/kql/types"
	"github.com/calypso-kql/calypso/parquet"
)

// aboutKey is the key of a segment's metadata that holds its about.
const aboutKey = "calypso.segment"

// An about is what the file of a segment says of itself: from it, [Rebuild] finds
// the table's segments where no manifest says which they are.
type about struct {
	number uint64
	// Table and Name are the table's id and name, Columns the columns that it had.
	Table   uint64           `json:"table"`
	Name    string           `json:"name"`
	Columns []manifestColumn `json:"columns"`
	// Written is when the segment was begun, in ticks.
	Written int64 `json:"written"`
	// Place is the number of the first of the segments for which it stands: its
	// own, or that of one that it replaced.
	Place uint64 `json:"place"`
	// Replaces are the segments that are not the table's once this one is.
	Replaces []uint64 `json:"replaces,omitempty"`
	// Durable is the number of the log's record up to which the table's rows are in
	// segments, once With are all there: the segments that were sealed together.
	Durable uint64   `json:"durable,omitempty"`
	With    []uint64 `json:"with,omitempty"`
	// Logged says that it is the table's once a record of the log names it.
	Logged bool            `json:"logged,omitempty"`
	Times  map[string]Span `json:"times,omitempty"`
}

func (a about) text() string {
	b, _ := json.Marshal(a) // numbers, names and times always can be
	return string(b)
}

// aboutOf returns what a segment's file says of itself. Segments that were written
// before they did say nothing.
func aboutOf(number uint64, f *parquet.File) (a about, ok bool, err error) {
	text, ok := f.Metadata(aboutKey)
	if ok {
		err = json.Unmarshal([]byte(text), &a)
	}
	a.number = number
	return a, ok, err
}

// aboutNext begins the next segment of a table.
func (s *Store) aboutNext(t *table) about {
	n := s.nextFile(t)
	now, _ := types.TicksOf(s.opt.Now())
	return about{number: n, Table: t.id, Name: t.name(), Columns: columnsOf(s.stateOf(t).schema), Written: now, Place: n}
}

// aboutLogged begins a segment that the log is to name.
func (s *Store) aboutLogged(t *table) about {
	a := s.aboutNext(t)
	a.Logged = true
	return a
}

// aboutSealed begins the segments that the rows of st in memory become.
func (s *Store) aboutSealed(t *table, st *state) []about {
	var out []about
	var numbers []uint64
	for range alike(st.hot) {
		out = append(out, s.aboutNext(t))
		numbers = append(numbers, out[len(out)-1].number)
	}
	for i := range out {
		out[i].Durable = st.applied
		if len(numbers) > 1 {
			out[i].With = numbers
		}
	}
	return out
}

// aboutReplacing begins a segment in the place of others.
func (s *Store) aboutReplacing(t *table, old []*segment) about {
	a := s.aboutNext(t)
	st := s.stateOf(t)
	a.Durable = st.durable
	for _, g := range old {
		a.Replaces = append(a.Replaces, g.number())
		a.Place = min(a.Place, g.place(st.declared(g)))
	}
	return a
}

func (s *segment) number() uint64 {
	n, _ := seqOf(s.File, segmentEnd)
	return n
}

// place returns the number that says where among the others the segment's rows
// are.
func (s *segment) place(declared types.Schema) uint64 {
	if f, err := s.open(declared); err == nil {
		if a, ok, err := aboutOf(s.number(), f); ok && err == nil {
			return a.Place
		}
	}
	return s.number()
}

// replacedBy reports whether one of the segments was written in the place of the
// one with a number.
func replacedBy(n uint64, segs []*segment) bool {
	return slices.ContainsFunc(segs, func(g *segment) bool { return slices.Contains(g.replaces, n) })
}
