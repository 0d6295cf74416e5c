package exec

import (
	"context"
	"io"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func (q *query) buildUnion(n *plan.Union) (*flow, error) {
	u := &unionReader{schema: n.Out}
	for _, p := range n.Parts {
		f, err := q.build(p)
		if err != nil {
			u.Close()
			return nil, err
		}
		u.parts = append(u.parts, f.reader())
	}
	return &flow{q: q, schema: n.Out, source: counted(u, q.statsOf(n))}, nil
}

// A unionReader yields the rows of its parts, one part after the other.
type unionReader struct {
	schema types.Schema
	parts  []column.Reader
	closed bool
}

func (u *unionReader) Schema() types.Schema { return u.schema }

func (u *unionReader) Next(ctx context.Context) (*column.Batch, error) {
	if u.closed {
		return nil, errClosed
	}
	for len(u.parts) > 0 {
		b, err := u.parts[0].Next(ctx)
		if err != io.EOF {
			return b, err
		}
		if err := u.parts[0].Close(); err != nil {
			return nil, err
		}
		u.parts = u.parts[1:]
	}
	return nil, io.EOF
}

func (u *unionReader) Close() error {
	u.closed = true
	var first error
	for _, p := range u.parts {
		if err := p.Close(); first == nil {
			first = err
		}
	}
	u.parts = nil
	return first
}
