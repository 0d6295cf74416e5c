package syntax

// SerializeOp is `serialize name = expr, …`; Exprs may be empty.
type SerializeOp struct {
	Span
	Params []*OperatorParam
	Exprs  []*NamedExpr
}

func (*SerializeOp) operator() {}

func (p *parser) serialize() Operator {
	from := p.from()
	p.advance()
	o := &SerializeOp{Params: p.paramList(equalsParams), Exprs: p.namedExprs(p.atListEnd, false)}
	o.Span = p.since(from)
	return o
}
