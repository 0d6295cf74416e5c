package exec

import (
	"context"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

func (q *query) buildAggregate(n *plan.Aggregate) (*flow, error) {
	return q.aggregate(&aggregation{q: q, node: n})
}

// aggregate makes the flow of a's groups.
func (q *query) aggregate(a *aggregation) (*flow, error) {
	if f, ok, err := q.aggregateFragments(a); ok || err != nil {
		return f, err
	}
	in, err := a.input()
	if err != nil {
		return nil, err
	}
	return q.breakerOver(in, a.node.Out, q.statsOf(a.node), func(ctx context.Context) (column.Reader, error) {
		return a.run(ctx, in)
	}), nil
}

// groupsOf returns the aggregation that n is, or filters; nil if n is something
// else, or if operators are counted one by one. Groups that a filter drops are
// never put in order.
func (q *query) groupsOf(n plan.Node) (*aggregation, error) {
	if q.Stats != nil {
		return nil, nil
	}
	a := &aggregation{q: q}
	if f, ok := n.(*plan.Filter); ok {
		if plan.HasWindow(f.Cond) {
			return nil, nil
		}
		if _, ok := f.Input.(*plan.Aggregate); !ok {
			return nil, nil
		}
		resolved, err := q.resolve(f)
		if err != nil {
			return nil, err
		}
		if f, ok = resolved.(*plan.Filter); !ok {
			return nil, nil
		}
		a.having, n = f.Cond, f.Input
	}
	if _, ok := n.(*plan.Aggregate); !ok {
		return nil, nil
	}
	resolved, err := q.resolve(n)
	if err != nil {
		return nil, err
	}
	agg, ok := resolved.(*plan.Aggregate)
	if !ok {
		return nil, nil
	}
	a.node = agg
	return a, nil
}

// An aggregation is the aggregate operator. Groups come out in the order in
// which their first rows came in, or in any if it is loose.
type aggregation struct {
	q      *query
	node   *plan.Aggregate
	axis   *seriesAxis // of make-series; may be nil
	having plan.Expr   // likewise
	top    *groupTop   // likewise
	loose  bool
}

// rows returns the flow of n's rows, as they are aggregated.
func (a *aggregation) rows(n plan.Node) (*flow, error) {
	in, err := a.q.build(n)
	if err == nil && a.axis != nil {
		in = a.axis.over(in)
	}
	return in, err
}

func (a *aggregation) run(ctx context.Context, in *flow) (column.Reader, error) {
	if a.anyOrder() {
		if p := a.newParts(); p != nil {
			return a.runParts(ctx, in, p, in.workers())
		}
	}
	out, err := a.fold(ctx, in)
	if err != nil {
		return nil, err
	}
	defer out.lease.release()
	return a.result([]foundGroups{out})
}

// fold returns the groups of a flow in one state, whose lease is to be released.
func (a *aggregation) fold(ctx context.Context, in *flow) (*aggState, error) {
	workers := in.workers()
	if !a.anyOrder() {
		// Keys and arguments are computed by all workers, then folded in order.
		over := *a
		in = over.evaluated(in)
		a, workers = &over, 1
	}
	states := make([]*aggState, workers)
	sinks := make([]sink, workers)
	var out *aggState
	defer func() {
		for _, s := range states {
			if s != nil && s != out {
				s.lease.release()
			}
		}
	}()
	for i := range states {
		s, err := a.state()
		if err != nil {
			in.source.Close()
			return nil, err
		}
		states[i], sinks[i] = s, s
	}
	err := in.run(ctx, sinks)
	if err == nil {
		out, err = mergeStates(states)
	}
	if err != nil {
		out = nil
	}
	return out, err
}

// runParts is run with workers that may split the groups; see parts.
func (a *aggregation) runParts(ctx context.Context, in *flow, p *parts, workers int) (column.Reader, error) {
	var sinks []*partSink
	var each []sink
	defer func() { p.release(sinks) }()
	for range workers {
		s, err := p.sink()
		if err != nil {
			in.source.Close()
			return nil, err
		}
		sinks, each = append(sinks, s), append(each, s)
	}
	if err := in.run(ctx, each); err != nil {
		return nil, err
	}
	found, err := p.finish(sinks)
	if err != nil {
		return nil, err
	}
	return a.result(found)
}

// result returns the groups found, in the order of their first rows; no two of
// found have one in common.
func (a *aggregation) result(found []foundGroups) (column.Reader, error) {
	batches := make([]*column.Batch, len(found))
	firsts := make([][]rowID, len(found))
	err := inParallel(a.q.Workers, len(found), func(i int) (err error) {
		firsts[i] = found[i].firsts()
		if batches[i], err = found[i].batch(a.node); err != nil {
			return err
		}
		if a.having != nil {
			kept, err := newCompiler(a.q).selector(a.having).rows(batches[i])
			if err != nil {
				return err
			}
			if !kept.all {
				batches[i], firsts[i] = batches[i].Gather(kept.rows), picked(firsts[i], kept.rows)
			}
		}
		if a.top != nil && len(firsts[i]) > a.top.limit {
			rows, err := a.top.rows(batches[i], firsts[i])
			if err != nil {
				return err
			}
			batches[i], firsts[i] = batches[i].Gather(rows), picked(firsts[i], rows)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if a.loose {
		return &batchReader{schema: a.node.Out, batches: batches, rows: a.q.BatchRows}, nil
	}
	all := &stack{schema: a.node.Out}
	var first []rowID
	for i, b := range batches {
		if b == nil || b.Len() == 0 {
			continue
		}
		if err := all.add(b); err != nil {
			return nil, err
		}
		first = append(first, firsts[i]...)
	}
	out := &batchReader{schema: a.node.Out, rows: a.q.BatchRows}
	if all.n == 0 {
		return out, nil
	}
	b, err := all.joined()
	if err != nil {
		return nil, err
	}
	if order := orderOf(first); order != nil {
		b = b.Gather(order)
	}
	out.batches = []*column.Batch{b}
	return out, nil
}

// picked returns the elements of s at the rows given; nothing of nothing, as for
// the one group of an aggregate without keys.
func picked[T any](s []T, rows []uint32) []T {
	if len(s) == 0 {
		return nil
	}
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = s[r]
	}
	return out
}

// anyOrder reports whether the workers may fold rows as they come.
func (a *aggregation) anyOrder() bool {
	for _, g := range a.node.Aggs {
		if g.Pick == nil && !g.Fn.AnyOrder {
			return false
		}
	}
	return true
}
