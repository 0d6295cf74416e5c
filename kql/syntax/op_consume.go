package syntax

// ConsumeOp is `consume`: reads all rows, returns none.
type ConsumeOp struct {
	Span
	Params []*OperatorParam
}

func (*ConsumeOp) operator() {}

func (p *parser) consume() Operator {
	from := p.from()
	p.advance()
	o := &ConsumeOp{Params: p.paramList(anyParams)}
	o.Span = p.since(from)
	return o
}
