package syntax

// GraphWhereEdgesOp is `graph-where-edges cond`.
type GraphWhereEdgesOp struct {
	Span
	Cond Expr
}

func (*GraphWhereEdgesOp) operator() {}

func (p *parser) graphWhereEdges() Operator {
	from := p.from()
	p.advance()
	o := &GraphWhereEdgesOp{Cond: p.operand(p.unnamed)}
	o.Span = p.since(from)
	return o
}
