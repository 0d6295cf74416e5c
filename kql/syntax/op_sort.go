package syntax

// SortOp is `sort by X asc, …` or `order by …`.
type SortOp struct {
	Span
	Params []*OperatorParam
	By     []*OrderedExpr
}

func (*SortOp) operator() {}

func (p *parser) sort() Operator {
	from := p.from()
	p.advance()
	o := &SortOp{Params: p.paramList(anyParams)}
	p.expect(kwBy, "by")
	o.By = p.orderedList(p.atListEnd)
	o.Span = p.since(from)
	return o
}
