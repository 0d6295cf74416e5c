package syntax

// InvokeOp is `invoke f(args)`: the rows so far are the function's first argument.
type InvokeOp struct {
	Span
	Call Expr
}

func (*InvokeOp) operator() {}

func (p *parser) invoke() Operator {
	from := p.from()
	p.advance()
	o := &InvokeOp{Call: p.operand(p.callPath)}
	o.Span = p.since(from)
	return o
}
