package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// buildPivot keeps the input, and puts each of its cells where it belongs: the work
// is that of the rows and of the cells made, whatever the number of columns.
//
// Source: the Kusto documentation, "pivot plugin".
func (q *query) buildPivot(n *plan.Pivot) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	return q.breakerOver(in, n.Out, q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		l := q.lease("Pivot")
		b, err := q.runPivot(ctx, n, in, l)
		if err != nil {
			l.release()
			return nil, err
		}
		return &batchReader{schema: n.Out, batches: []*column.Batch{b}, rows: q.BatchRows, release: l.release}, nil
	}), nil
}

func (q *query) runPivot(ctx context.Context, n *plan.Pivot, in *flow, l *lease) (*column.Batch, error) {
	rows, err := collect(ctx, in.reader(), l)
	if err != nil {
		return nil, err
	}
	b := emptyBatch(rows.schema)
	if rows.n > 0 {
		b = rows.batch()
	} else if n.Keys() > 0 {
		return emptyBatch(n.Out), nil
	}
	cols := make([]column.Column, b.Width())
	for i := range cols {
		if cols[i], err = b.Column(i); err != nil {
			return nil, err
		}
	}
	p := &pivot{rows: rows.n, at: n.Keys()}
	if err := p.group(n.Out, cols); err != nil {
		return nil, err
	}
	if err := p.place(n.Values, cols[p.at]); err != nil {
		return nil, err
	}
	acc, err := newAccumulator(q.env, n.Cell)
	if err != nil {
		return nil, err
	}
	if p.blank, err = acc.Result(1); err != nil {
		return nil, err
	}
	return p.output(ctx, cols[p.at+1], l)
}

// A pivot is a plan.Pivot over rows that are all there.
type pivot struct {
	rows   int
	at     int             // of the text among the columns; the keys are before it
	keys   []column.Column // of each group
	groups []uint32        // of each row
	total  int             // groups
	of     [][]uint32      // the rows with each of the values
	blank  column.Column   // one cell
}

// group finds the rows that become one.
func (p *pivot) group(s types.Schema, cols []column.Column) error {
	ts := make([]types.Type, p.at)
	for i := range ts {
		ts[i] = s.Columns[i].Type
	}
	g := newGrouper(ts)
	p.groups = newKeyReader(g, false).groups(cols[:p.at], p.rows)
	p.total, p.keys = g.len(), g.keys()
	for i, c := range p.keys {
		var err error
		if p.keys[i], err = column.Force(c); err != nil {
			return err
		}
	}
	return nil
}

// place finds the rows of each value.
func (p *pivot) place(values []string, texts column.Column) error {
	t := newKeyTable(types.String)
	t.add(column.NewVec(types.String, values, nil), make([]uint32, len(values)))
	found := make([]uint32, p.rows)
	t.find(column.Flat(texts), found)
	p.of = make([][]uint32, len(values))
	for r, v := range found {
		if v != none {
			p.of[v] = append(p.of[v], uint32(r))
		}
	}
	return nil
}

// output makes the columns. l pays for all of them before the first is made.
func (p *pivot) output(ctx context.Context, cells column.Column, l *lease) (*column.Batch, error) {
	var filled int64
	for _, rows := range p.of {
		filled += int64(min(len(rows), 1))
	}
	if err := l.add(filled * int64(p.total) * columnSize(column.Flat(p.blank))); err != nil {
		return nil, err
	}
	withBlank, err := concat([]column.Column{column.Flat(cells), column.Flat(p.blank)})
	if err != nil {
		return nil, err
	}
	cols := p.keys
	at := make([]uint32, p.total)
	for _, rows := range p.of {
		if len(rows) == 0 {
			cols = append(cols, &column.Const{One: column.Flat(p.blank), N: p.total})
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for g := range at {
			at[g] = uint32(p.rows)
		}
		for _, r := range rows {
			at[p.groups[r]] = r
		}
		cols = append(cols, column.Gather(withBlank, at))
	}
	return column.NewBatch(p.total, cols), nil
}
