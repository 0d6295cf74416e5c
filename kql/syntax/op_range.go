package syntax

// RangeOp is `range name from X to X step X`: a source.
type RangeOp struct {
	Span
	Name              *Ident
	Start, Stop, Step Expr
}

func (*RangeOp) operator() {}

func (p *parser) rangeOp() Operator {
	from := p.from()
	p.advance()
	o := &RangeOp{Name: p.requiredName()}
	p.expect(kwFrom, "from")
	o.Start = p.operand(p.unnamed)
	p.expect(kwTo, "to")
	o.Stop = p.operand(p.unnamed)
	p.expect(kwStep, "step")
	o.Step = p.operand(p.unnamed)
	o.Span = p.since(from)
	return o
}
