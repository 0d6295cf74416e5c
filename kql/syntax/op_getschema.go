package syntax

// GetSchemaOp is `getschema` with an optional kind=csl.
type GetSchemaOp struct {
	Span
	Params []*OperatorParam
}

func (*GetSchemaOp) operator() {}

func (p *parser) getSchema() Operator {
	from := p.from()
	p.advance()
	o := &GetSchemaOp{Params: p.kindParam()}
	o.Span = p.since(from)
	return o
}
