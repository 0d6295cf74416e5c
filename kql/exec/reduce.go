package exec

import (
	"context"
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// buildReduce numbers the distinct texts of all rows and groups these.
//
// Source: the Kusto documentation, "reduce operator", and the paper that it names:
// R. Vaarandi, "A Data Clustering Algorithm for Mining Patterns From Event Logs",
// 2003.
func (q *query) buildReduce(n *plan.Reduce) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	r := &reduce{q: q, node: n, lease: q.lease("Reduce"), group: newGrouper([]types.Type{types.String})}
	return q.breakerOver(in, n.Out, q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		b, err := r.run(ctx, in)
		if err != nil {
			r.lease.release()
			return nil, err
		}
		return &batchReader{schema: n.Out, batches: []*column.Batch{b}, rows: q.BatchRows, release: r.lease.release}, nil
	}), nil
}

type reduce struct {
	q     *query
	node  *plan.Reduce
	lease *lease
	group *grouper // of the texts
	of    []uint32 // the number of each row's text
	rows  *stack   // kept for kind=source
}

func (r *reduce) run(ctx context.Context, in *flow) (*column.Batch, error) {
	if err := r.read(ctx, in); err != nil {
		return nil, err
	}
	if len(r.of) == 0 {
		return emptyBatch(r.node.Out), nil
	}
	values, err := column.Force(r.group.keys()[0])
	if err != nil {
		return nil, err
	}
	texts := column.FlatVec[string](values).Vals
	count := make([]int64, len(texts))
	for _, id := range r.of {
		count[id]++
	}
	g := &textGroups{texts: texts, count: count, separators: r.node.Separators}
	// The factor makes up for thresholds that have no exact form: 0.29 of 100 is 29.
	// What only one row has groups nothing.
	g.least = max(1, int64(math.Floor(r.node.Threshold*float64(len(r.of))*(1+1e-12))))
	if err := g.find(ctx, r.lease); err != nil {
		return nil, err
	}
	return r.output(g), nil
}

// read numbers the text of each row.
func (r *reduce) read(ctx context.Context, in *flow) error {
	rows, err := collect(ctx, in.reader(), r.lease)
	if err != nil {
		return err
	}
	held := r.lease.held
	text, ids := newCompiler(r.q).compile(r.node.Text), newKeyReader(r.group, false)
	for _, b := range rows.batches {
		if err := ctx.Err(); err != nil {
			return err
		}
		c, err := text.eval(b)
		if err != nil {
			return err
		}
		r.of = append(r.of, ids.groups([]column.Column{c}, b.Len())...)
		if err := r.lease.set(held + 4*int64(len(r.of)) + r.group.size()); err != nil {
			return err
		}
	}
	r.rows = rows
	return nil
}

func (r *reduce) output(g *textGroups) *column.Batch {
	patterns, sizes, examples := g.columns()
	cols := []column.Column{
		column.NewVec(types.String, patterns, nil), column.NewVec(types.Long, sizes, nil), column.NewVec(types.String, examples, nil),
	}
	if !r.node.Source {
		return column.NewBatch(len(patterns), cols)
	}
	codes := make([]uint32, len(r.of))
	for i, id := range r.of {
		codes[i] = g.group[id]
	}
	b := r.rows.batch()
	out := make([]column.Column, 0, b.Width()+3)
	for i := range b.Width() {
		out = append(out, b.Raw(i))
	}
	for _, c := range cols {
		out = append(out, &column.Dict{Codes: codes, Values: c})
	}
	return column.NewBatch(len(codes), out)
}
