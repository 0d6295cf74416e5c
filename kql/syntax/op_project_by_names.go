package syntax

// ProjectByNamesOp is `project-by-names exprs`.
type ProjectByNamesOp struct {
	Span
	Exprs []Expr
}

func (*ProjectByNamesOp) operator() {}

func (p *parser) projectByNames() Operator {
	from := p.from()
	p.advance()
	o := &ProjectByNamesOp{Exprs: p.exprs(p.unnamed, false)}
	o.Span = p.since(from)
	return o
}
