package syntax

// SampleOp is `sample n`.
type SampleOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
}

func (*SampleOp) operator() {}

func (p *parser) sample() Operator {
	from := p.from()
	p.advance()
	o := &SampleOp{Params: p.paramList(equalsParams), Count: p.operand(p.named)}
	o.Span = p.since(from)
	return o
}
