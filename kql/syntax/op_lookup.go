package syntax

// LookupOp is `lookup kind=… (right) on columns`.
type LookupOp struct {
	Span
	Params []*OperatorParam
	Right  Expr
	On     []Expr
}

func (*LookupOp) operator() {}

func (p *parser) lookup() Operator {
	from := p.from()
	p.advance()
	o := &LookupOp{Params: p.paramList(equalsParams), Right: p.operand(p.unnamed)}
	if p.peek() == kwOn {
		o.On = p.onClause()
	} else {
		p.missingPart("on clause")
	}
	o.Span = p.since(from)
	return o
}
