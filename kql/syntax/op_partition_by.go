package syntax

// PartitionByOp is `__partitionby column id id (subquery)`. ID is nil if absent.
type PartitionByOp struct {
	Span
	Params   []*OperatorParam
	By       Expr
	ID       Expr
	Subquery Expr
}

func (*PartitionByOp) operator() {}

func (p *parser) partitionBy() Operator {
	from := p.from()
	p.advance()
	o := &PartitionByOp{Params: p.paramList(anyParams)}
	o.By = or(p.simplePath(), func() Expr { return p.missingExpr("name") })
	if p.accept(kwID) {
		o.ID = or(p.literal(), func() Expr { return p.missingPart("value") })
	}
	p.expect(kLParen, "(")
	o.Subquery = p.contextualSubquery()
	p.close(kRParen)
	o.Span = p.since(from)
	return o
}
