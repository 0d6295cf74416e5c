package syntax

// ReduceOp is `reduce by X with name=value, …`.
type ReduceOp struct {
	Span
	Params []*OperatorParam
	By     Expr
	With   []*OperatorParam
}

func (*ReduceOp) operator() {}

func (p *parser) reduce() Operator {
	from := p.from()
	p.advance()
	o := &ReduceOp{Params: p.paramList(reduceParams)}
	p.expect(kwBy, "by")
	o.By = p.operand(p.named)
	if p.accept(kwWith) {
		o.With = p.paramCommas(reduceParams)
	}
	o.Span = p.since(from)
	return o
}
