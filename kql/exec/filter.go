package exec

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

func (q *query) buildFilter(n *plan.Filter) (*flow, error) {
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	return in.then(n.Schema(), q.statsOf(n), func() (stage, error) {
		return &filter{cond: newCompiler(q).selector(n.Cond)}, nil
	}), nil
}

// A filter keeps the rows where its condition is true. Columns that the
// condition does not read stay as they are, Lazy ones unread.
type filter struct{ cond *selector }

func (f *filter) apply(b *column.Batch, emit func(*column.Batch) error) error {
	kept, err := f.cond.rows(b)
	switch {
	case err != nil:
		return err
	case kept.all:
		return emit(b)
	case len(kept.rows) == 0:
		return nil
	}
	return emit(b.Gather(kept.rows))
}
