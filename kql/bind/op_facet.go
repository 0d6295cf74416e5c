package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// facet yields several tables: the one of its subquery, if it has one, and for
// each of its columns the values with their numbers of rows.
func (b *binder) facet(sc *scope, in table, op *syntax.FacetOp) table {
	rows := b.share(in, "")
	out := table{node: rows.node, none: true}
	if op.With != nil {
		sub := b.branch(sc, rows, op.With, inFacet)
		out.more = append(out.more, sub...)
	}
	for _, e := range op.By {
		at := b.oneColumn(rows, e)
		if at < 0 {
			continue
		}
		c := rows.schema().Columns[at]
		b.notDynamic(e, c.Type)
		c.Hidden = false
		t := b.counted(e, rows, []plan.Expr{columnAt(rows.schema(), at)}, []types.Column{c},
			types.Column{Name: "count_" + c.Name, Type: types.Long})
		out.more = append(out.more, plan.Result{Root: t.node})
	}
	return out
}

// inFacet reports whether the subquery of a facet may have op: all but those that
// yield several tables.
func inFacet(op syntax.Operator) bool {
	switch op.(type) {
	case *syntax.ForkOp, *syntax.FacetOp:
		return false
	}
	return true
}

// branch binds a subquery that reads rows once, of operators that are allowed, and
// returns its results.
func (b *binder) branch(sc *scope, rows table, e syntax.Expr, allowed func(syntax.Operator) bool) []plan.Result {
	rows.render, rows.more, rows.after, rows.name = nil, nil, nil, ""
	p, ok := e.(*syntax.PipeExpr)
	if !ok || p.Source != nil {
		if _, bad := e.(*syntax.BadExpr); !bad {
			b.report(operatorNotAllowed(e))
		}
		return nil
	}
	for _, op := range p.Ops {
		if _, bad := op.(*syntax.BadOp); !bad && !allowed(op) {
			b.report(operatorNotAllowed(b.keyword(op)))
			return nil
		}
	}
	t := b.pipe(sc.withInput(rows), p)
	if t.none || t.node == nil {
		return t.more
	}
	all := append(t.more, plan.Result{Name: t.name, Root: t.node, Render: t.render, Ordered: t.ordered})
	return append(all, t.after...)
}
