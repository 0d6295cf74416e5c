package exec

import (
	"context"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// sharedResults are the results that a query computes once, however often they
// are read, also by its subqueries.
type sharedResults struct {
	mu   sync.Mutex
	defs map[*plan.SharedDef]*sharedResult
}

type sharedResult struct {
	once    sync.Once
	batches []*column.Batch
	err     error
}

func (s *sharedResults) of(d *plan.SharedDef) *sharedResult {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.defs == nil {
		s.defs = map[*plan.SharedDef]*sharedResult{}
	}
	r := s.defs[d]
	if r == nil {
		r = &sharedResult{}
		s.defs[d] = r
	}
	return r
}

// buildShared reads a shared result. Whoever comes first computes it, for the
// life of the query and under its context: another reader may need the rest
// where this one stops early.
func (q *query) buildShared(n *plan.Shared) (*flow, error) {
	res := q.shared.of(n.Def)
	r := &breaker{schema: n.Schema(), run: func(context.Context) (column.Reader, error) {
		res.once.Do(func() { res.batches, res.err = q.materialize(n.Def.Plan) })
		if res.err != nil {
			return nil, res.err
		}
		return &batchReader{schema: n.Schema(), batches: res.batches, rows: q.BatchRows}, nil
	}}
	return &flow{q: q, schema: n.Schema(), source: counted(r, q.statsOf(n))}, nil
}

func (q *query) materialize(n plan.Node) ([]*column.Batch, error) {
	f, err := q.build(n)
	if err != nil {
		return nil, err
	}
	s, err := collect(q.ctx, f.reader(), q.lease("Materialize"))
	if err != nil {
		return nil, err
	}
	return s.batches, nil
}
