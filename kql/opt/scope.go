package opt

import (
	"errors"
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
	Column string
	// Else is the column of tables that lack Column; empty for none.
	Else     string
	From, To int64
	// KeepNull says that rows without a time are there too. By default they are
	// not.
	KeepNull bool
	// And is a further scope that a row must be in too; nil for none.
	And *TimeScope
}

// Apply returns q over tables limited to the scope. It fails if reg lacks the
// comparison of datetimes.
func (s TimeScope) Apply(q *plan.Query, reg *function.Registry) (*plan.Query, error) {
	ops, err := newScopeOperators(reg)
	if err != nil {
		return nil, fmt.Errorf("time scope: %w", err)
	}
	if s.And != nil {
		if q, err = s.And.Apply(q, reg); err != nil {
			return nil, err
		}
	}
	q = cloneShared(q)
	limit := everywhere(func(n plan.Node) plan.Node {
		r, ok := n.(*plan.Read)
		if !ok {
			return n
		}
		return s.limit(r, ops)
	})
	for _, d := range q.Shared {
		d.Plan = limit(d.Plan)
	}
	out := &plan.Query{Shared: q.Shared, Results: make([]plan.Result, len(q.Results))}
	for i, r := range q.Results {
		r.Root = limit(r.Root)
		out.Results[i] = r
	}
	return out, nil
}

// everywhere returns transform with f that enters subqueries too. A subquery
// that stands in several places stays one.
func everywhere(f func(plan.Node) plan.Node) func(plan.Node) plan.Node {
	var apply func(plan.Node) plan.Node
	subs := subqueryCopies{}
	apply = func(n plan.Node) plan.Node {
		n = transform(n, func(n plan.Node) plan.Node {
			return rewritten(n, func(e plan.Expr) plan.Expr { return subs.copied(e, apply) })
		})
		return transform(n, f)
	}
	return apply
}

// limit puts the scope's filter over a table that has its column. Scoping comes
// before all rules, so a table still has all of its columns here.
func (s TimeScope) limit(r *plan.Read, ops scopeOperators) plan.Node {
	schema := r.Schema()
	name := s.Column
	i := schema.Index(name)
	if i < 0 && s.Else != "" {
		name = s.Else
		i = schema.Index(name)
	}
	if i < 0 || schema.Columns[i].Type != types.DateTime {
		return r
	}
	col := &plan.Column{Index: i, Name: name, Typ: types.DateTime}
	call := func(fn *function.Overload, args ...plan.Expr) plan.Expr {
		return &plan.Call{Fn: fn, Args: args, Typ: types.Bool}
	}
	at := func(ticks int64) plan.Expr {
		return &plan.Literal{Value: column.NewVec(types.DateTime, []int64{ticks}, nil)}
	}
	var cond plan.Expr = &plan.And{Args: []plan.Expr{call(ops.after, col, at(s.From)), call(ops.upTo, col, at(s.To))}}
	if s.KeepNull {
		cond = &plan.Or{Args: []plan.Expr{cond, call(ops.isNull, col)}}
	}
	return plan.NewFilter(r, cond)
}

// scopeOperators are the functions that a scope's condition is made of.
type scopeOperators struct{ after, upTo, isNull *function.Overload }

func newScopeOperators(reg *function.Registry) (ops scopeOperators, err error) {
	var errs [3]error
	ops.after, errs[0] = datetimeFunction(reg, ">", 2)
	ops.upTo, errs[1] = datetimeFunction(reg, "<=", 2)
	ops.isNull, errs[2] = datetimeFunction(reg, "isnull", 1)
	return ops, errors.Join(errs[:]...)
}

// datetimeFunction returns the overload of name whose parameters, n of them,
// all take a datetime.
func datetimeFunction(reg *function.Registry, name string, n int) (*function.Overload, error) {
	f, ok := reg.Scalar(name)
	if ok {
		for i := range f.Overloads {
			o := &f.Overloads[i]
			if takesDatetimes(o.Signature.Params, n) {
				return o, nil
			}
		}
	}
	return nil, fmt.Errorf("no function %s over %d datetimes", name, n)
}

func takesDatetimes(params []function.Param, n int) bool {
	for _, p := range params {
		if !p.Accepts.Has(types.DateTime) {
			return false
		}
	}
	return len(params) == n
}
