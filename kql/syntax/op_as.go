package syntax

// AsOp is `as name`: gives the rows so far a name that later parts of the query can read.
type AsOp struct {
	Span
	Params []*OperatorParam
	Name   *Ident
}

func (*AsOp) operator() {}

func (p *parser) as() Operator {
	from := p.from()
	p.advance()
	o := &AsOp{Params: p.paramList(equalsParams), Name: p.requiredName()}
	o.Span = p.since(from)
	return o
}
