package syntax

// PartitionOp is `partition by column (subquery)`, or `{ query }` in place of the subquery
// (Braces), or `in scope (…)` (Scope) before it.
type PartitionOp struct {
	Span
	Params   []*OperatorParam
	By       Expr
	Scope    Expr
	Subquery Expr
	Braces   bool
}

func (*PartitionOp) operator() {}

func (p *parser) partition() Operator {
	from := p.from()
	p.advance()
	o := &PartitionOp{Params: p.paramList(anyParams)}
	p.expect(kwBy, "by")
	o.By = or(p.simplePath(), func() Expr { return p.missingExpr("name") })
	if p.accept(kwIn) {
		o.Scope = or(or(p.call(), p.dynamic), p.exprMissing)
	}
	switch {
	case p.accept(kLBrace):
		o.Braces = true
		o.Subquery = p.operand(p.expr)
		p.close(kRBrace)
	case p.accept(kLParen):
		o.Subquery = p.subquery()
		p.close(kRParen)
	default:
		p.report(expected(p.end(), "("))
		o.Subquery = &BadExpr{Span{p.end(), p.end()}}
	}
	o.Span = p.since(from)
	return o
}
