package syntax

// JoinOp is `join kind=… (right) on columns`, or `… where cond` in place of on.
type JoinOp struct {
	Span
	Params []*OperatorParam
	Right  Expr
	On     []Expr
	Where  Expr
}

func (*JoinOp) operator() {}

func (p *parser) join() Operator {
	from := p.from()
	p.advance()
	o := &JoinOp{Params: p.paramList(equalsParams), Right: p.operand(p.unnamed)}
	if p.peek() == kwOn {
		o.On = p.onClause()
	} else if p.accept(kwWhere) {
		o.Where = p.operand(p.unnamed)
	}
	o.Span = p.since(from)
	return o
}

// onClause reads on columns. The word on must stand here.
func (p *parser) onClause() []Expr {
	p.advance()
	return commas(p, list[Expr]{elem: p.unnamed, missing: p.exprMissing, nonEmpty: true})
}
