package syntax

// ParseWhereOp is `parse-where kind=… X with pattern`, with parts as in ParseOp.
type ParseWhereOp struct {
	Span
	Params  []*OperatorParam
	X       Expr
	Pattern []Expr
}

func (*ParseWhereOp) operator() {}

func (p *parser) parseWhere() Operator {
	from := p.from()
	p.advance()
	o := &ParseWhereOp{Params: p.paramList(parseParams), X: p.operand(p.unnamed)}
	p.expect(kwWith, "with")
	o.Pattern = p.parsePattern()
	o.Span = p.since(from)
	return o
}
