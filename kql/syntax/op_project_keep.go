package syntax

// ProjectKeepOp is `project-keep columns`; a column may be a wildcard.
type ProjectKeepOp struct {
	Span
	Columns []Expr
}

func (*ProjectKeepOp) operator() {}

func (p *parser) projectKeep() Operator {
	from := p.from()
	p.advance()
	o := &ProjectKeepOp{Columns: p.exprs(p.nameOrWildcard, false)}
	o.Span = p.since(from)
	return o
}
