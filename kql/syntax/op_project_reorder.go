package syntax

// ProjectReorderOp is `project-reorder columns`; a column may be a wildcard, and an *OrderedExpr
// if asc, desc, granny-asc or granny-desc follows.
type ProjectReorderOp struct {
	Span
	Columns []Expr
}

func (*ProjectReorderOp) operator() {}

func (p *parser) projectReorder() Operator {
	from := p.from()
	p.advance()
	o := &ProjectReorderOp{Columns: p.exprs(p.reorderColumn, false)}
	o.Span = p.since(from)
	return o
}

// reorderColumn reads a name or pattern, with a direction perhaps, or nil.
func (p *parser) reorderColumn() Expr {
	x := p.nameOrWildcard()
	if x == nil || !isOrder(p.peek()) {
		return x
	}
	e := &OrderedExpr{X: x}
	p.order(e)
	e.Span = p.since(x.Pos())
	return e
}
