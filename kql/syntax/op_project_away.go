package syntax

// ProjectAwayOp is `project-away columns`; a column may be a wildcard.
type ProjectAwayOp struct {
	Span
	Columns []Expr
}

func (*ProjectAwayOp) operator() {}

func (p *parser) projectAway() Operator {
	from := p.from()
	p.advance()
	o := &ProjectAwayOp{Columns: p.exprs(p.nameOrWildcard, false)}
	o.Span = p.since(from)
	return o
}
