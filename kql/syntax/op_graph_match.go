package syntax

// GraphMatchOp is `graph-match patterns where cond project columns`. Where and Project are nil if
// absent.
type GraphMatchOp struct {
	Span
	Params   []*OperatorParam
	Patterns []*GraphPattern
	Where    Expr
	Project  []*NamedExpr
}

func (*GraphMatchOp) operator() {}

func (p *parser) graphMatch() Operator {
	from := p.from()
	p.advance()
	o := &GraphMatchOp{Params: p.paramList(equalsParams)}
	o.Patterns = p.graphPatterns()
	if p.accept(kwWhere) {
		o.Where = p.operand(p.expr)
	}
	if p.accept(kwProject) {
		o.Project = p.namedExprs(p.atListEnd, true)
	}
	o.Span = p.since(from)
	return o
}
