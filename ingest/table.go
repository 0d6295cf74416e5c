package ingest

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/types"
)

// A loadedTable is what has been read for one table so far.
type loadedTable struct {
	known   bool
	names   []types.Column
	at      map[string]int // place of a name; nil if the schema is known
	seen    []evidence     // of the types, unless the schema is known
	fixed   []types.Column // the first columns, with the types that rows before had
	full    []*segment
	current *segment
	done    int64 // values of the full segments
}

// values returns how many values the rows have, rows by columns that are not null
// throughout.
func (t *loadedTable) values() int64 {
	if t.current == nil {
		return t.done
	}
	return t.done + t.current.values()
}

// add adds the rows of p. Columns that have no value in it are added where empty says
// so, or an answer says their type.
func (t *loadedTable) add(p *part, empty bool) {
	t.known = p.known
	at := make([]int, len(p.cols))
	for i := range p.cols {
		at[i] = i
		if declared := p.declaredType(i); !p.known && (p.cols[i] != nil || declared != types.Unknown || empty) {
			at[i] = t.place(p.names[i])
			t.seen[at[i]].add(p.cols[i] != nil, p.shapes[i], declared)
		}
	}
	if p.known {
		t.names = p.names
	}
	if t.current == nil {
		t.current = &segment{}
	}
	for len(t.current.cols) < len(t.names) {
		t.current.cols = append(t.current.cols, newSegmentColumn(t.names[len(t.current.cols)]))
	}
	t.current.add(p, at)
	if t.current.n >= segmentRows {
		t.done += t.current.values()
		t.full, t.current = append(t.full, t.current), nil
	}
}

// place returns where the column of a table without a known schema stands.
func (t *loadedTable) place(c types.Column) int {
	i, ok := t.at[c.Name]
	if !ok {
		if t.at == nil {
			t.at = map[string]int{}
		}
		i = len(t.names)
		t.at[c.Name] = i
		t.names, t.seen = append(t.names, c), append(t.seen, evidence{})
	}
	return i
}

// isEmpty reports whether there are no rows to finish.
func (t *loadedTable) isEmpty() bool { return t.current == nil && len(t.full) == 0 }

// goOn begins anew after rows that were finished as those of a schema.
func (t *loadedTable) goOn(s types.Schema) {
	t.fixed, t.full, t.current = s.Columns, nil, nil
	clear(t.seen)
}

// fix gives the columns that have no type yet that of the column of their name in s.
func (t *loadedTable) fix(s types.Schema) {
	for i, c := range t.names {
		if at := s.Index(c.Name); at >= 0 && c.Type == types.Unknown {
			t.names[i].Type = s.Columns[at].Type
		}
	}
}

// finish returns the table. Columns without a known type get the one that they had
// before or, at first, the one that fits all their values. bad is told of values that
// do not read as it.
func (t *loadedTable) finish(name string, bad func(badValues)) Table {
	out := Table{Name: name}
	for i, c := range t.names {
		switch {
		case t.known || c.Type != types.Unknown:
		case i < len(t.fixed):
			c.Type = t.fixed[i].Type
		default:
			c.Type = t.seen[i].typeOf()
		}
		out.Schema.Columns = append(out.Schema.Columns, c)
	}
	if t.current != nil {
		t.full = append(t.full, t.current)
	}
	for i, s := range t.full {
		if s.n == 0 {
			continue // an answer without rows has columns all the same
		}
		cols := make([]column.Column, len(t.names))
		for j, c := range out.Schema.Columns {
			if j < len(s.cols) {
				cols[j] = s.cols[j].finish(c, s.n, bad)
			} else {
				cols[j] = column.NullConst(c.Type, s.n)
			}
		}
		out.Batches = append(out.Batches, column.NewBatch(s.n, cols))
		t.full[i] = nil
	}
	return out
}
