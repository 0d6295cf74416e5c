package syntax

// TopOp is `top n by X asc`.
type TopOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
	By     *OrderedExpr
}

func (*TopOp) operator() {}

func (p *parser) top() Operator {
	from := p.from()
	p.advance()
	o := &TopOp{Params: p.paramList(equalsParams), Count: p.operand(p.named)}
	p.expect(kwBy, "by")
	o.By = p.requiredOrdered()
	o.Span = p.since(from)
	return o
}
