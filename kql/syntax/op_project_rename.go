package syntax

// ProjectRenameOp is `project-rename new = old, …`.
type ProjectRenameOp struct {
	Span
	Exprs []*NamedExpr
}

func (*ProjectRenameOp) operator() {}

func (p *parser) projectRename() Operator {
	from := p.from()
	p.advance()
	o := &ProjectRenameOp{Exprs: p.namedExprs(p.atListEnd, false)}
	o.Span = p.since(from)
	return o
}
