package ingest

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/types"
)

// rows collects the rows of one table from one piece of input.
type rows struct {
	table string
	c     *columns
	cells []*cells
	n     int
}

// add takes over what r has staged.
func (t *rows) add(r *row) {
	for len(t.cells) < len(t.c.cols) {
		t.cells = append(t.cells, &cells{name: t.c.cols[len(t.cells)].Name})
	}
	for _, i := range r.used {
		raw := r.raw[i]
		if t.c.cols[i].Type != types.Unknown {
			if text, ok := typedText(raw); ok {
				t.cells[i].add(t.n, text, 0)
			}
			continue
		}
		if text, s, ok := textOf(raw); ok {
			t.cells[i].add(t.n, text, s)
		}
	}
	t.n++
}

// complete stages what every row of a table has besides its record: the
// mapping's constants, the name of the table, and when it was received.
func (r *row) complete(table string) {
	m := r.l.m
	for name, text := range m.constants {
		if !r.filled(name) {
			r.set(name, dynamic.FromString(text).JSON())
		}
	}
	if m.derive != nil {
		m.derive(r)
	}
	if r.extra.Len() > 0 {
		r.extra.WriteByte('}')
		r.set(unmappedColumn, r.extra.String())
	}
	if !r.l.known {
		return
	}
	if !r.filled("Type") {
		r.set("Type", dynamic.FromString(table).JSON())
	}
	// The time of arrival is not in a diagnostic record. The time of the event
	// is the latest time that is known not to be after it.
	if !r.filled("_TimeReceived") && r.filled("TimeGenerated") {
		r.set("_TimeReceived", r.value("TimeGenerated"))
	}
}

func appendQuoted(dst []byte, s string) []byte { return dynamic.FromString(s).AppendJSON(dst) }
