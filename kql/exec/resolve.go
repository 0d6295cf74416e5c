package exec

import (
	"context"
	"io"
	"sync"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// subqueryResults are the values of subqueries, each computed once.
type subqueryResults struct {
	mu   sync.Mutex
	vals map[*plan.Subquery]*plan.Literal
}

// resolve returns n with the subqueries of its own expressions replaced by
// their values, and, if n is a filter, with the tables below it told what it
// looks for.
func (q *query) resolve(n plan.Node) (plan.Node, error) {
	var failed error
	out := plan.RewriteExprs(n, func(e plan.Expr) plan.Expr {
		return plan.Rewrite(e, func(e plan.Expr) plan.Expr {
			s, ok := e.(*plan.Subquery)
			if !ok || failed != nil {
				return e
			}
			lit, err := q.subquery(s)
			if err != nil {
				failed = err
				return e
			}
			return lit
		})
	})
	if failed != nil {
		return nil, failed
	}
	if f, ok := out.(*plan.Filter); ok {
		out = q.narrowFilter(f)
	}
	q.rewritten(n, out)
	return out, nil
}

// rewritten notes that out stands for n, whose statistics it keeps.
func (q *query) rewritten(n, out plan.Node) {
	if n == out {
		return
	}
	q.originMu.Lock()
	defer q.originMu.Unlock()
	q.origin[out] = n
}

// subquery returns the value of s, which has as many rows as it likes.
func (q *query) subquery(s *plan.Subquery) (*plan.Literal, error) {
	q.subs.mu.Lock()
	lit := q.subs.vals[s]
	q.subs.mu.Unlock()
	if lit != nil {
		return lit, nil
	}
	f, err := q.build(s.Plan)
	if err != nil {
		return nil, err
	}
	r := f.reader()
	defer r.Close()
	var v column.Column
	if s.List {
		v, err = firstColumn(q.ctx, r)
	} else {
		v, err = firstCell(q.ctx, r, s.Typ)
	}
	if err != nil {
		return nil, err
	}
	lit = &plan.Literal{Value: v}
	q.subs.mu.Lock()
	defer q.subs.mu.Unlock()
	if q.subs.vals == nil {
		q.subs.vals = map[*plan.Subquery]*plan.Literal{}
	}
	if first := q.subs.vals[s]; first != nil {
		return first, nil // found at the same time elsewhere: everyone sees one value
	}
	q.subs.vals[s] = lit
	return lit, nil
}

// firstCell returns the first column of the first row, null if there is none.
func firstCell(ctx context.Context, r column.Reader, t types.Type) (column.Column, error) {
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			return column.NullConst(t, 1).One, nil
		}
		if err != nil {
			return nil, err
		}
		if b.Len() > 0 {
			c, err := column.Force(column.Slice(b.Raw(0), 0, 1))
			if err != nil {
				return nil, err
			}
			return column.Flat(c), nil
		}
	}
}

// firstColumn returns the whole first column as one dynamic array.
func firstColumn(ctx context.Context, r column.Reader) (column.Column, error) {
	var array dynamic.ArrayBuilder
	for {
		b, err := r.Next(ctx)
		if err == io.EOF {
			return column.NewVec(types.Dynamic, []dynamic.Value{array.Value()}, nil), nil
		}
		if err != nil {
			return nil, err
		}
		c, err := b.Column(0)
		if err != nil {
			return nil, err
		}
		appendElements(&array, column.Flat(c))
	}
}

// appendElements appends the rows of c, a flat column, to an array.
func appendElements(a *dynamic.ArrayBuilder, c column.Column) {
	for i := range c.Len() {
		if c.Null(i) {
			a.AppendNull()
			continue
		}
		switch v := c.(type) {
		case *column.Vec[bool]:
			a.AppendBool(v.Vals[i])
		case *column.Vec[float64]:
			a.AppendReal(v.Vals[i])
		case *column.Vec[string]:
			a.AppendString(v.Vals[i])
		case *column.Vec[types.GUID128]:
			a.AppendGUID(v.Vals[i])
		case *column.Vec[types.Decimal128]:
			a.AppendDecimal(v.Vals[i])
		case *column.Vec[dynamic.Value]:
			a.Append(v.Vals[i])
		case *column.Vec[int64]:
			switch c.Type() {
			case types.DateTime:
				a.AppendDateTime(v.Vals[i])
			case types.TimeSpan:
				a.AppendTimeSpan(v.Vals[i])
			default:
				a.AppendLong(v.Vals[i])
			}
		}
	}
}
