package syntax

// GraphMarkComponentsOp is `graph-mark-components kind=… with_component_id=…`.
type GraphMarkComponentsOp struct {
	Span
	Params []*OperatorParam
}

func (*GraphMarkComponentsOp) operator() {}

func (p *parser) graphMarkComponents() Operator {
	from := p.from()
	p.advance()
	o := &GraphMarkComponentsOp{Params: p.paramList(graphComponentsParams)}
	o.Span = p.since(from)
	return o
}
