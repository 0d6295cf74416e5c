package exec

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A sourceReader opens a table when it is first read: until then filters of a
// join's other side may still narrow it.
type sourceReader struct {
	schema types.Schema
	open   func(ctx context.Context) (column.Reader, error)
	in     column.Reader
	closed bool
}

func (q *query) buildRead(n *plan.Read) (*flow, error) {
	s := plan.Scan{Columns: n.Columns, Hints: n.Hints, BatchRows: q.BatchRows, Limit: n.Limit}
	stats := q.statsOf(n)
	if stats != nil {
		s.Skips = &stats.skips
	}
	r := &sourceReader{schema: n.Schema(), open: func(ctx context.Context) (column.Reader, error) {
		in, err := n.Source.Open(ctx, s)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", n.Table, err)
		}
		return in, nil
	}}
	return &flow{q: q, schema: r.schema, source: counted(r, stats)}, nil
}

func (r *sourceReader) Schema() types.Schema { return r.schema }

func (r *sourceReader) Next(ctx context.Context) (*column.Batch, error) {
	if r.closed {
		return nil, errClosed
	}
	if r.in == nil {
		in, err := r.open(ctx)
		if err != nil {
			return nil, err
		}
		r.in = in
	}
	return r.in.Next(ctx)
}

func (r *sourceReader) Close() error {
	r.closed = true
	if r.in == nil {
		return nil
	}
	return r.in.Close()
}

func (q *query) buildValues(n *plan.Values) (*flow, error) {
	r := &batchReader{schema: n.Out, batches: n.Batches, rows: q.BatchRows}
	single := len(n.Batches) == 0 || len(n.Batches) == 1 && n.Batches[0].Len() <= q.BatchRows
	return &flow{q: q, schema: n.Out, source: counted(r, q.statsOf(n)), single: single}, nil
}

// buildRange yields From, From+Step … To. A null bound gives no rows, and so
// does a step of zero or one that leads away from To.
//
// Source: the Kusto documentation, "range operator".
func (q *query) buildRange(n *plan.Range) (*flow, error) {
	var bounds [3]column.Column
	for i, e := range []plan.Expr{n.From, n.To, n.Step} {
		v, err := q.constant(e)
		if err != nil {
			return nil, err
		}
		bounds[i] = v
	}
	out := n.Out.Columns[0].Type
	var r column.Reader
	switch out {
	case types.Real:
		v, ok := scalars[float64](bounds)
		r = &realRange{schema: n.Out, rows: q.BatchRows, from: v[0], to: v[1], step: v[2], on: ok && stepsTo(v[0], v[1], v[2])}
	case types.Decimal:
		v, ok := scalars[types.Decimal128](bounds)
		r = &decimalRange{schema: n.Out, rows: q.BatchRows, from: v[0], to: v[1], step: v[2], on: ok && decimalStepsTo(v[0], v[1], v[2])}
	default:
		v, ok := scalars[int64](bounds)
		r = &wordRange{schema: n.Out, rows: min(q.BatchRows, firstRangeRows), most: q.BatchRows, next: v[0], to: v[1], step: v[2], on: ok && stepsTo(v[0], v[1], v[2])}
	}
	return &flow{q: q, schema: n.Out, source: counted(r, q.statsOf(n))}, nil
}

// scalars returns the values of one-row columns; !ok if one is null or no T.
func scalars[T column.Value](cols [3]column.Column) (out [3]T, ok bool) {
	for i, c := range cols {
		v, isT := c.(*column.Vec[T])
		if !isT || v.Null(0) {
			return out, false
		}
		out[i] = v.Vals[0]
	}
	return out, true
}

func stepsTo[T int64 | float64](from, to, step T) bool {
	return step > 0 && from <= to || step < 0 && from >= to
}

// firstRangeRows is the number of rows in the first batch of a range; each
// further one has twice as many, so that all workers have something to do where
// few rows become many, as by mv-expand, and long ranges come in full batches.
const firstRangeRows = 256

// A wordRange is a range of whole numbers, datetimes or timespans.
type wordRange struct {
	schema         types.Schema
	rows, most     int // of the next batch, and of any
	next, to, step int64
	on             bool // there is a next value
}

func (r *wordRange) Schema() types.Schema { return r.schema }
func (r *wordRange) Close() error         { r.on = false; return nil }

func (r *wordRange) Next(context.Context) (*column.Batch, error) {
	if !r.on {
		return nil, io.EOF
	}
	vals := make([]int64, 0, min(r.rows, 1024))
	for r.on && len(vals) < r.rows {
		vals = append(vals, r.next)
		if r.step > 0 {
			r.on = r.next <= math.MaxInt64-r.step && r.next+r.step <= r.to
		} else {
			r.on = r.next >= math.MinInt64-r.step && r.next+r.step >= r.to
		}
		r.next += r.step
	}
	r.rows = min(2*r.rows, r.most)
	c := column.NewVec(r.schema.Columns[0].Type, vals, nil)
	return column.NewBatch(len(vals), []column.Column{c}), nil
}

// A realRange is a range of reals.
type realRange struct {
	schema         types.Schema
	rows           int
	from, to, step float64
	i              int64
	on             bool
}

func (r *realRange) Schema() types.Schema { return r.schema }
func (r *realRange) Close() error         { r.on = false; return nil }

func (r *realRange) Next(context.Context) (*column.Batch, error) {
	if !r.on {
		return nil, io.EOF
	}
	vals := make([]float64, 0, min(r.rows, 1024))
	for r.on && len(vals) < r.rows {
		v := r.from + float64(r.i)*r.step
		if r.on = stepsTo(v, r.to, r.step); !r.on {
			break
		}
		vals = append(vals, v)
		r.i++
	}
	c := column.NewVec(types.Real, vals, nil)
	return column.NewBatch(len(vals), []column.Column{c}), nil
}
