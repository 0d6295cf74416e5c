package syntax

// GraphShortestPathsOp is `graph-shortest-paths patterns where cond project columns`. Where and
// Project are nil if absent.
type GraphShortestPathsOp struct {
	Span
	Params   []*OperatorParam
	Patterns []*GraphPattern
	Where    Expr
	Project  []*NamedExpr
}

func (*GraphShortestPathsOp) operator() {}

func (p *parser) graphShortestPaths() Operator {
	from := p.from()
	p.advance()
	o := &GraphShortestPathsOp{Params: p.paramList(graphPathsParams)}
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
