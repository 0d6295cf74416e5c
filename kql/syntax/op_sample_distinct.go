package syntax

// SampleDistinctOp is `sample-distinct n of X`.
type SampleDistinctOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
	Of     Expr
}

func (*SampleDistinctOp) operator() {}

func (p *parser) sampleDistinct() Operator {
	from := p.from()
	p.advance()
	o := &SampleDistinctOp{Params: p.paramList(equalsParams), Count: p.operand(p.named)}
	p.expect(kwOf, "of")
	o.Of = p.operand(p.named)
	o.Span = p.since(from)
	return o
}
