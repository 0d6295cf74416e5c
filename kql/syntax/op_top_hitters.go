package syntax

// TopHittersOp is `top-hitters n of X by Y`. By is nil if absent.
type TopHittersOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
	Of     Expr
	By     Expr
}

func (*TopHittersOp) operator() {}

func (p *parser) topHitters() Operator {
	from := p.from()
	p.advance()
	o := &TopHittersOp{Count: p.operand(p.named)}
	p.expect(kwOf, "of")
	o.Of = p.operand(p.named)
	if p.accept(kwBy) {
		o.By = p.operand(p.named)
	}
	o.Span = p.since(from)
	return o
}
