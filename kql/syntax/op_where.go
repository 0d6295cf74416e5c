package syntax

// WhereOp is `where cond` or `filter cond`.
type WhereOp struct {
	Span
	Params []*OperatorParam
	Cond   Expr
}

func (*WhereOp) operator() {}

func (p *parser) where() Operator {
	from := p.from()
	p.advance()
	o := &WhereOp{Params: p.paramList(equalsParams), Cond: p.operand(p.named)}
	o.Span = p.since(from)
	return o
}
