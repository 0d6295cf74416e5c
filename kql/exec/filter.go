package exec

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

func (q *query) buildFilter(n *plan.Filter) (*flow, error) {
	if isNever(n.Cond) {
		// A rule that has found nothing looks for nothing: no table is read for it.
		r := &batchReader{schema: n.Schema()}
		return &flow{q: q, schema: r.schema, source: counted(r, q.statsOf(n)), single: true}, nil
	}
	if plan.HasWindow(n.Cond) {
		return q.build(windowFilter(n))
	}
	if groups, err := q.groupsOf(n); groups != nil || err != nil {
		if err != nil {
			return nil, err
		}
		return q.aggregate(groups)
	}
	in, err := q.build(n.Input)
	if err != nil {
		return nil, err
	}
	return in.then(n.Schema(), q.statsOf(n), func() (stage, error) {
		c := newCompiler(q)
		c.spent = n.Spent
		return &filter{cond: c.selector(n.Cond)}, nil
	}), nil
}

// isNever reports whether a condition, whose subqueries have been answered, is true
// for no row: it looks for one of no values.
func isNever(e plan.Expr) bool {
	switch e := e.(type) {
	case *plan.And:
		return slices.ContainsFunc(e.Args, isNever)
	case *plan.Call:
		switch e.Fn.Name {
		case "in", "in~", "has_any":
			return len(e.Args) > 1 && !slices.ContainsFunc(e.Args[1:], func(a plan.Expr) bool { return !isEmptyArray(a) })
		}
	}
	return false
}

func isEmptyArray(e plan.Expr) bool {
	l, ok := e.(*plan.Literal)
	if !ok {
		return false
	}
	v, ok := l.Value.(*column.Vec[dynamic.Value])
	return ok && len(v.Vals) == 1 && v.Vals[0].Kind() == dynamic.Array && v.Vals[0].Len() == 0
}

// windowFilter computes a condition with window functions as a column first: it
// must see all rows, while a condition is else asked about the rows that its
// other parts leave.
func windowFilter(n *plan.Filter) plan.Node {
	s := n.Schema()
	with := &plan.Project{Input: n.Input, Out: types.Schema{Columns: slices.Clone(s.Columns)}}
	without := &plan.Project{Out: s}
	for i, c := range s.Columns {
		with.Exprs = append(with.Exprs, &plan.Column{Index: i, Name: c.Name, Typ: c.Type})
		without.Exprs = append(without.Exprs, with.Exprs[i])
	}
	with.Exprs = append(with.Exprs, n.Cond)
	with.Out.Columns = append(with.Out.Columns, types.Column{Name: "where", Type: types.Bool})
	without.Input = plan.NewFilter(with, &plan.Column{Index: s.Len(), Name: "where", Typ: types.Bool})
	return without
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
