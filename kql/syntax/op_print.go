package syntax

// PrintOp is `print name = expr, …`: a source of one row.
type PrintOp struct {
	Span
	Exprs []*NamedExpr
}

func (*PrintOp) operator() {}

func (p *parser) print() Operator {
	from := p.from()
	p.advance()
	o := &PrintOp{Exprs: p.namedExprs(p.atListEnd, true)}
	o.Span = p.since(from)
	return o
}
