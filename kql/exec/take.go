package exec

import (
	"context"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func (q *query) buildTake(n *plan.Take) (*flow, error) {
	rows, err := q.rowCount(n.N)
	if err != nil {
		return nil, err
	}
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	t := &take{schema: n.Schema(), in: in.reader(), left: rows}
	return &flow{q: q, schema: t.schema, source: counted(t, q.statsOf(n))}, nil
}

// A take yields the first rows of its input and closes it as soon as it has
// them, which stops everything below.
type take struct {
	schema types.Schema
	in     column.Reader
	left   int
}

func (t *take) Schema() types.Schema { return t.schema }
func (t *take) Close() error         { return t.in.Close() }

func (t *take) Next(ctx context.Context) (*column.Batch, error) {
	if t.left == 0 {
		t.in.Close()
		return nil, io.EOF
	}
	b, err := t.in.Next(ctx)
	if err != nil {
		return nil, err
	}
	if b.Len() > t.left {
		b = b.Slice(0, t.left)
	}
	t.left -= b.Len()
	return b, nil
}
