package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// buildMakeSeries aggregates by the keys and the step of the axis, as any
// aggregation does, and then puts the steps of each group into arrays.
//
// Source: the Kusto documentation, "make-series operator".
func (q *query) buildMakeSeries(n *plan.MakeSeries) (*flow, error) {
	steps, err := q.seriesSteps(n)
	if err != nil {
		return nil, err
	}
	in, err := q.steppedGroups(n, steps)
	if err != nil {
		return nil, err
	}
	return q.breakerOver(in, n.Out, q.statsOf(n), func(ctx context.Context) (column.Reader, error) {
		r := in.reader()
		l := q.lease("MakeSeries")
		out, err := q.series(ctx, n, steps, r, l)
		if err != nil {
			l.release()
			return nil, err
		}
		return &batchReader{schema: n.Out, batches: out, rows: q.BatchRows, release: l.release}, nil
	}), nil
}

// steppedGroups aggregates the input by the keys and the step.
func (q *query) steppedGroups(n *plan.MakeSeries, steps seriesSteps) (*flow, error) {
	at := &plan.Column{Index: n.Input.Schema().Len(), Typ: types.Long}
	grouped := &plan.Aggregate{Input: n.Input, Keys: append(append([]plan.Expr(nil), n.Keys...), at), Aggs: n.Aggs}
	for _, k := range grouped.Keys {
		grouped.Out.Columns = append(grouped.Out.Columns, types.Column{Type: k.Type()})
	}
	for _, a := range n.Aggs {
		grouped.Out.Columns = append(grouped.Out.Columns, aggColumns(a)...)
	}
	return q.aggregate(&aggregation{q: q, node: grouped, axis: &seriesAxis{n.Axis, steps}})
}

// A seriesAxis is what rows are aggregated by besides the keys, which find the step
// behind the columns of the input. Rows in no step take no part.
type seriesAxis struct {
	expr  plan.Expr
	steps seriesSteps
}

func (x *seriesAxis) over(in *flow) *flow {
	stepped := types.Schema{Columns: append(append([]types.Column(nil), in.schema.Columns...), types.Column{Type: types.Long})}
	return in.then(stepped, nil, func() (stage, error) {
		return &stepStage{axis: newCompiler(in.q).compile(x.expr), steps: x.steps}, nil
	})
}

// aggColumns returns the columns that an aggregate yields, without names.
func aggColumns(a plan.Agg) []types.Column {
	if a.Pick == nil {
		return []types.Column{{Type: a.Typ}}
	}
	out := make([]types.Column, len(a.Pick.Cols))
	for i, e := range a.Pick.Cols {
		out[i].Type = e.Type()
	}
	return out
}

// stepStage adds the number of the row's step and drops rows that are in none.
type stepStage struct {
	axis  *evaluator
	steps seriesSteps
}

func (s *stepStage) apply(b *column.Batch, emit func(*column.Batch) error) error {
	axis, err := s.axis.eval(b)
	if err != nil {
		return err
	}
	rows, steps := s.steps.of(axis)
	if len(rows) == 0 {
		return nil
	}
	if len(rows) < b.Len() {
		b = b.Gather(rows)
	}
	cols := make([]column.Column, 0, b.Width()+1)
	for i := range b.Width() {
		cols = append(cols, b.Raw(i))
	}
	return emit(column.NewBatch(b.Len(), append(cols, column.NewVec(types.Long, steps, nil))))
}

// series makes the arrays of what has been aggregated: keys, step, aggregates.
func (q *query) series(ctx context.Context, n *plan.MakeSeries, steps seriesSteps, in column.Reader, l *lease) ([]*column.Batch, error) {
	rows, err := collect(ctx, in, l)
	if err != nil {
		return nil, err
	}
	w, err := q.newSeriesWriter(n, steps, rows, l)
	if err != nil {
		return nil, err
	}
	if rows.n == 0 {
		if len(n.Keys) > 0 || !n.NonEmpty || !steps.bounded() {
			return nil, nil
		}
		if err := w.write(nil); err != nil {
			return nil, err
		}
		return []*column.Batch{w.batch(nil, 1)}, nil
	}
	all := rows.batch()
	keys, typs := make([]column.Column, len(n.Keys)), make([]types.Type, len(n.Keys))
	for i := range keys {
		if keys[i], err = all.Column(i); err != nil {
			return nil, err
		}
		typs[i] = keys[i].Type()
	}
	group := newGrouper(typs)
	ids := segments{seg: newKeyReader(group, false).groups(keys, rows.n)}
	at, err := all.Column(len(keys))
	if err != nil {
		return nil, err
	}
	perm := order([]sortColumn{ids.words(), orderWords(at, false)}, rows.n)
	if perm == nil {
		perm = make([]uint32, rows.n)
		for i := range perm {
			perm[i] = uint32(i)
		}
	}
	for from := 0; from < len(perm); {
		to := from
		for to < len(perm) && ids.seg[perm[to]] == ids.seg[perm[from]] {
			to++
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := w.write(perm[from:to]); err != nil {
			return nil, err
		}
		from = to
	}
	return []*column.Batch{w.batch(group.keys(), group.len())}, nil
}

// A seriesWriter builds the arrays, a group at a time.
type seriesWriter struct {
	steps    seriesSteps
	at       column.View[int64] // the step of each row
	values   []func(*dynamic.ArrayBuilder, int)
	defaults []func(*dynamic.ArrayBuilder, int)
	arrays   [][]dynamic.Value // of each value, and last of the axis
	array    dynamic.ArrayBuilder
	lease    *lease
	axis     dynamic.Value // of bounded steps: the same for all groups
}

func (q *query) newSeriesWriter(n *plan.MakeSeries, steps seriesSteps, rows *stack, l *lease) (*seriesWriter, error) {
	w := &seriesWriter{steps: steps, lease: l, arrays: make([][]dynamic.Value, len(n.Values)+1)}
	for _, e := range n.Defaults {
		c, err := q.constant(e)
		if err != nil {
			return nil, err
		}
		w.defaults = append(w.defaults, elementWriter(c))
	}
	if rows.n == 0 {
		return w, nil
	}
	all := rows.batch()
	at, err := all.Column(len(n.Keys))
	if err != nil {
		return nil, err
	}
	w.at = column.ViewOf[int64](at)
	values, err := evalAll(newCompiler(q).all(n.Values), all.Select(positions(all.Width())[len(n.Keys)+1:]))
	if err != nil {
		return nil, err
	}
	for _, c := range values {
		w.values = append(w.values, elementWriter(column.Flat(c)))
	}
	return w, nil
}

// write makes the arrays of one group, whose rows are in the order of its steps.
func (w *seriesWriter) write(rows []uint32) error {
	var from, to int64 // the steps: to is not one of them
	if len(rows) > 0 {
		from, to = w.at.At(int(rows[0])), w.at.At(int(rows[len(rows)-1]))+1
	}
	from, to, err := w.steps.bounds(from, to)
	if err != nil {
		return err
	}
	for j, def := range w.defaults {
		w.array.Reset()
		next := 0
		for s := from; s < to; s++ {
			if next < len(rows) && w.at.At(int(rows[next])) == s {
				w.values[j](&w.array, int(rows[next]))
				next++
			} else {
				def(&w.array, 0)
			}
		}
		if err := w.add(j, w.array.Value()); err != nil {
			return err
		}
	}
	if w.steps.bounded() && !w.axis.IsNull() {
		return w.add(len(w.defaults), w.axis)
	}
	w.array.Reset()
	w.steps.write(&w.array, from, to)
	w.axis = w.array.Value()
	return w.add(len(w.defaults), w.axis)
}

func (w *seriesWriter) add(j int, v dynamic.Value) error {
	w.arrays[j] = append(w.arrays[j], v)
	return w.lease.add(16 + int64(len(v.Encoding())))
}

func (w *seriesWriter) batch(keys []column.Column, n int) *column.Batch {
	for _, a := range w.arrays {
		keys = append(keys, column.NewVec(types.Dynamic, a, nil))
	}
	return column.NewBatch(n, keys)
}

// elementWriter returns a function that appends a row of c, a flat column, to an
// array.
func elementWriter(c column.Column) func(*dynamic.ArrayBuilder, int) {
	write := valueWriter(c)
	return func(a *dynamic.ArrayBuilder, i int) {
		if c.Null(i) {
			a.AppendNull()
			return
		}
		write(a, i)
	}
}

// valueWriter is elementWriter for rows that are not null.
func valueWriter(c column.Column) func(*dynamic.ArrayBuilder, int) {
	switch v := c.(type) {
	case *column.Vec[bool]:
		return func(a *dynamic.ArrayBuilder, i int) { a.AppendBool(v.Vals[i]) }
	case *column.Vec[float64]:
		return func(a *dynamic.ArrayBuilder, i int) { a.AppendReal(v.Vals[i]) }
	case *column.Vec[string]:
		return func(a *dynamic.ArrayBuilder, i int) { a.AppendString(v.Vals[i]) }
	case *column.Vec[types.GUID128]:
		return func(a *dynamic.ArrayBuilder, i int) { a.AppendGUID(v.Vals[i]) }
	case *column.Vec[types.Decimal128]:
		return func(a *dynamic.ArrayBuilder, i int) { a.AppendDecimal(v.Vals[i]) }
	case *column.Vec[dynamic.Value]:
		return func(a *dynamic.ArrayBuilder, i int) { a.Append(v.Vals[i]) }
	case *column.Vec[int64]:
		switch c.Type() {
		case types.DateTime:
			return func(a *dynamic.ArrayBuilder, i int) { a.AppendDateTime(v.Vals[i]) }
		case types.TimeSpan:
			return func(a *dynamic.ArrayBuilder, i int) { a.AppendTimeSpan(v.Vals[i]) }
		}
		return func(a *dynamic.ArrayBuilder, i int) { a.AppendLong(v.Vals[i]) }
	}
	return func(a *dynamic.ArrayBuilder, _ int) { a.AppendNull() }
}
