package exec

import (
	"context"
	"strings"
	"testing"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// schema reads "a:long, b:string".
func schema(t testing.TB, s string) types.Schema {
	t.Helper()
	var out types.Schema
	for _, f := range strings.Split(s, ", ") {
		name, typ, _ := strings.Cut(f, ":")
		tt, ok := types.Lookup(typ)
		if !ok {
			t.Fatalf("no type %q", typ)
		}
		out.Columns = append(out.Columns, types.Column{Name: name, Type: tt})
	}
	return out
}

// rows reads cells parted by blanks, a row a line; null is "-".
func rows(t testing.TB, s types.Schema, lines ...string) *column.Batch {
	t.Helper()
	builders := make([]column.Builder, s.Len())
	for i, c := range s.Columns {
		builders[i] = column.NewBuilder(c.Type, len(lines))
	}
	for _, l := range lines {
		cells := strings.Fields(l)
		if len(cells) != s.Len() {
			t.Fatalf("row %q: want %d cells", l, s.Len())
		}
		for i, c := range cells {
			appendCell(t, builders[i], s.Columns[i].Type, c)
		}
	}
	cols := make([]column.Column, s.Len())
	for i, b := range builders {
		cols[i] = b.Finish()
	}
	return column.NewBatch(len(lines), cols)
}

func appendCell(t testing.TB, b column.Builder, typ types.Type, s string) {
	t.Helper()
	if s == "-" {
		b.AppendNull()
		return
	}
	v := convertText(s, typ)
	if !v.ok {
		t.Fatalf("cell %q is no %s", s, typ)
	}
	v.appendTo(b)
}

// A table is a plan.Source in memory whose columns come in every form: flat, as
// dictionaries, and Lazy.
type table struct {
	schema types.Schema
	all    *column.Batch
	form   form
	hints  *[]plan.Hint // of the last Open, where it is set
}

type form uint8

const (
	flatForm form = iota
	dictForm
	lazyForm
)

func (s *table) Schema() types.Schema { return s.schema }

func (s *table) Rows() int64 { return int64(s.all.Len()) }

func (s *table) Open(_ context.Context, scan plan.Scan) (column.Reader, error) {
	if s.hints != nil {
		*s.hints = scan.Hints
	}
	cols := make([]column.Column, len(scan.Columns))
	out := types.Schema{}
	for i, p := range scan.Columns {
		c := s.all.Raw(p)
		if s.form == dictForm {
			c = asDict(c)
		}
		cols[i] = c
		out.Columns = append(out.Columns, s.schema.Columns[p])
	}
	return &tableReader{batchReader{schema: out, batches: []*column.Batch{column.NewBatch(s.all.Len(), cols)}, rows: scan.BatchRows}, s.form}, nil
}

type tableReader struct {
	batchReader
	form form
}

func (r *tableReader) Next(ctx context.Context) (*column.Batch, error) {
	b, err := r.batchReader.Next(ctx)
	if err != nil || r.form != lazyForm {
		return b, err
	}
	cols := make([]column.Column, b.Width())
	for i := range cols {
		cols[i] = column.NewLazy(b.Raw(i).Type(), b.Len(), heldColumn{b.Raw(i)})
	}
	return column.NewBatch(b.Len(), cols), nil
}

type heldColumn struct{ c column.Column }

func (h heldColumn) Load(rows []uint32) (column.Column, error) {
	if rows == nil {
		return h.c, nil
	}
	return column.Gather(h.c, rows), nil
}

// heldID is the identity of a column by where its values are.
type heldID struct {
	first any
	n     int
}

// Identity implements column.Identified, for keys.
func (h heldColumn) Identity() any {
	switch v := h.c.(type) {
	case *column.Vec[int64]:
		return heldID{&v.Vals[0], len(v.Vals)}
	case *column.Vec[string]:
		return heldID{&v.Vals[0], len(v.Vals)}
	}
	return nil
}

// asDict gives each row its own code but shares values that are next to each
// other, so that the same value has several codes.
func asDict(c column.Column) column.Column {
	codes := make([]uint32, c.Len())
	var rows []uint32
	for i := range codes {
		if i == 0 || compareCells(c, i, c, i-1) != 0 {
			rows = append(rows, uint32(i))
		}
		codes[i] = uint32(len(rows) - 1)
	}
	return &column.Dict{Codes: codes, Values: column.Gather(c, rows)}
}
