package syntax

// GraphWhereNodesOp is `graph-where-nodes cond`.
type GraphWhereNodesOp struct {
	Span
	Cond Expr
}

func (*GraphWhereNodesOp) operator() {}

func (p *parser) graphWhereNodes() Operator {
	from := p.from()
	p.advance()
	o := &GraphWhereNodesOp{Cond: p.operand(p.unnamed)}
	o.Span = p.since(from)
	return o
}
