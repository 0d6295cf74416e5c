package syntax

// ExtendOp is `extend name = expr, …`.
type ExtendOp struct {
	Span
	Exprs []*NamedExpr
}

func (*ExtendOp) operator() {}

func (p *parser) extend() Operator {
	from := p.from()
	p.advance()
	o := &ExtendOp{Exprs: p.namedExprs(p.atListEnd, true)}
	o.Span = p.since(from)
	return o
}
