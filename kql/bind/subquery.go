package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
)

// apart returns the scope of a table beside the rows of an operator (the other
// side of a join, a part of a union): within a subquery, a pipe there does not
// read the subquery's rows.
func (s *scope) apart() *scope {
	c := s.withoutRow()
	c.input = nil
	return c
}

// subquery binds a pipe without a source over rows that the operator around it
// supplies. It returns the place where those rows come in.
func (b *binder) subquery(sc *scope, rows table, e syntax.Expr) (table, *plan.Hole) {
	hole := &plan.Hole{Out: rows.schema()}
	rows.node = hole
	rows.render, rows.more, rows.after, rows.name = nil, nil, nil, ""
	p, ok := e.(*syntax.PipeExpr)
	if !ok {
		t := b.tabular(sc.withInput(rows), e)
		return t, hole
	}
	return b.pipe(sc.withInput(rows), p), hole
}
