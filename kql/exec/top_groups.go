package exec

import (
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A groupTop leaves of each part of an aggregation's groups those that can be
// among the first of an order, so that the others are never put together.
type groupTop struct {
	q     *query
	keys  []plan.SortKey // over the groups
	limit int

	mu    sync.Mutex
	bound topBound // of all parts so far
}

// topGroups returns the flow of what n orders if that is the groups of an
// aggregation, perhaps some of them or some of their columns; nil if it is not.
func (q *query) topGroups(n *plan.Top, limit int) (*flow, error) {
	if q.Stats != nil || limit == 0 {
		return nil, nil
	}
	top := &groupTop{q: q, limit: limit, keys: append([]plan.SortKey(nil), n.Keys...)}
	input := n.Input
	picks, isProject := input.(*plan.Project)
	if isProject {
		if !top.through(picks) {
			return nil, nil
		}
		input = picks.Input
	}
	for _, k := range top.keys {
		if plan.HasWindow(k.Expr) || plan.IsVolatile(k.Expr) {
			return nil, nil
		}
	}
	groups, err := q.groupsOf(input)
	if groups == nil || err != nil {
		return nil, err
	}
	groups.top = top
	in, err := q.aggregate(groups)
	if err != nil || !isProject {
		return in, err
	}
	return q.projected(in, picks), nil
}

// through makes the keys those below a projection; !ok if that computes something.
func (t *groupTop) through(p *plan.Project) (ok bool) {
	for _, e := range p.Exprs {
		if _, isColumn := e.(*plan.Column); !isColumn {
			return false
		}
	}
	for i := range t.keys {
		t.keys[i].Expr = plan.Rewrite(t.keys[i].Expr, func(e plan.Expr) plan.Expr {
			if c, isColumn := e.(*plan.Column); isColumn {
				return p.Exprs[c.Index]
			}
			return e
		})
	}
	return true
}

// rows returns the rows of b, whose IDs are given, that may be among the first.
func (t *groupTop) rows(b *column.Batch, ids []rowID) ([]uint32, error) {
	c := newCompiler(t.q)
	s := &stack{}
	cols := make([]column.Column, 0, len(t.keys)+1)
	for _, k := range t.keys {
		v, err := c.compile(k.Expr).raw(b)
		if err != nil {
			return nil, err
		}
		cols = append(cols, v)
		s.schema.Columns = append(s.schema.Columns, types.Column{Type: v.Type()})
	}
	places := make([]int64, len(ids))
	for i, id := range ids {
		places[i] = int64(id)
	}
	s.schema.Columns = append(s.schema.Columns, types.Column{Type: types.Long})
	keys := column.NewBatch(b.Len(), append(cols, column.NewVec(types.Long, places, nil)))
	first, err := keys.Column(0)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	bound := t.bound
	t.mu.Unlock()
	within, some := bound.within(first, t.keys[0].Desc)
	if some {
		keys, first = keys.Gather(within), column.Gather(first, within)
	}
	if keys.Len() <= t.limit {
		return orAll(within, some, b.Len()), nil
	}
	if err := s.add(keys); err != nil {
		return nil, err
	}
	best, err := s.order(append(append([]plan.SortKey(nil), t.keys...), plan.SortKey{}), 0, 1)
	if err != nil {
		return nil, err
	}
	best = orAll(best, best != nil, keys.Len())[:t.limit]
	t.mu.Lock()
	t.bound.narrow(first, best[t.limit-1], t.keys[0].Desc)
	t.mu.Unlock()
	if some {
		for i, r := range best {
			best[i] = within[r]
		}
	}
	return best, nil
}

// orAll returns rows, or all n if they are not some.
func orAll(rows []uint32, some bool, n int) []uint32 {
	if some {
		return rows
	}
	rows = make([]uint32, n)
	for i := range rows {
		rows[i] = uint32(i)
	}
	return rows
}
