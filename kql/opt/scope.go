package opt

import (
	"fmt"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/function"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A TimeScope limits every table that has the column to the rows with a time
// after From and up to To, in ticks: the window of a detection rule, and
// Kusto's query_datetimescope_column, _from and _to. Whatever the query says,
// other rows are not there.
type TimeScope struct {
	Column   string
	From, To int64
}

// Apply returns q over tables limited to the scope. It fails if reg lacks the
// comparison of datetimes.
func (s TimeScope) Apply(q *plan.Query, reg *function.Registry) (*plan.Query, error) {
	after, err1 := datetimeOperator(reg, ">")
	upTo, err2 := datetimeOperator(reg, "<=")
	if err1 != nil || err2 != nil {
		return nil, fmt.Errorf("time scope: %w, %w", err1, err2)
	}
	q = cloneShared(q)
	limit := func(n plan.Node) plan.Node {
		r, ok := n.(*plan.Read)
		if !ok {
			return n
		}
		return s.limit(r, after, upTo)
	}
	for _, d := range q.Shared {
		d.Plan = everywhere(d.Plan, limit)
	}
	out := &plan.Query{Shared: q.Shared, Results: make([]plan.Result, len(q.Results))}
	for i, r := range q.Results {
		r.Root = everywhere(r.Root, limit)
		out.Results[i] = r
	}
	return out, nil
}

// everywhere is transform that enters subqueries too.
func everywhere(n plan.Node, f func(plan.Node) plan.Node) plan.Node {
	n = rewriteExprs(n, func(e plan.Expr) plan.Expr {
		s, ok := e.(*plan.Subquery)
		if !ok {
			return e
		}
		c := *s
		c.Plan = everywhere(s.Plan, f)
		return &c
	})
	return transform(n, f)
}

// limit puts the scope's filter over a table that has its column. Scoping comes
// before all rules, so a table still has all of its columns here.
func (s TimeScope) limit(r *plan.Read, after, upTo *function.Overload) plan.Node {
	schema := r.Schema()
	i := schema.Index(s.Column)
	if i < 0 || schema.Columns[i].Type != types.DateTime {
		return r
	}
	col := &plan.Column{Index: i, Name: s.Column, Typ: types.DateTime}
	at := func(ticks int64) plan.Expr {
		return &plan.Literal{Value: column.NewVec(types.DateTime, []int64{ticks}, nil)}
	}
	return &plan.Filter{Input: r, Cond: &plan.And{Args: []plan.Expr{
		&plan.Call{Fn: after, Args: []plan.Expr{col, at(s.From)}, Typ: types.Bool},
		&plan.Call{Fn: upTo, Args: []plan.Expr{col, at(s.To)}, Typ: types.Bool},
	}}}
}

func datetimeOperator(reg *function.Registry, name string) (*function.Overload, error) {
	f, ok := reg.Scalar(name)
	if ok {
		for i := range f.Overloads {
			o := &f.Overloads[i]
			if p := o.Signature.Params; len(p) == 2 && p[0].Accepts.Has(types.DateTime) && p[1].Accepts.Has(types.DateTime) {
				return o, nil
			}
		}
	}
	return nil, fmt.Errorf("no operator %s over datetimes", name)
}
