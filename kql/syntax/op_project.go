package syntax

// ProjectOp is `project name = expr, …`.
type ProjectOp struct {
	Span
	Exprs []*NamedExpr
}

func (*ProjectOp) operator() {}

func (p *parser) project() Operator {
	from := p.from()
	p.advance()
	o := &ProjectOp{Exprs: p.namedExprs(p.atListEnd, false)}
	o.Span = p.since(from)
	return o
}
