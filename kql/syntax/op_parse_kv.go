package syntax

// ParseKvOp is `parse-kv X as (keys) with (properties)`.
type ParseKvOp struct {
	Span
	X    Expr
	Keys *SchemaDecl
	With []*OperatorParam
}

func (*ParseKvOp) operator() {}

func (p *parser) parseKv() Operator {
	from := p.from()
	p.advance()
	o := &ParseKvOp{X: p.operand(p.unnamed)}
	p.expect(kwAs, "as")
	o.Keys = p.rowSchema(false)
	if p.accept(kwWith) {
		p.expect(kLParen, "(")
		o.With = p.paramCommas(parseKvParams)
		p.close(kRParen)
	}
	o.Span = p.since(from)
	return o
}
