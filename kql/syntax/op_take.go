package syntax

// TakeOp is `take n` or `limit n`.
type TakeOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
}

func (*TakeOp) operator() {}

func (p *parser) take() Operator {
	from := p.from()
	p.advance()
	o := &TakeOp{Params: p.paramList(equalsParams), Count: p.operand(p.named)}
	o.Span = p.since(from)
	return o
}
