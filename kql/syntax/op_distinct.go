package syntax

// DistinctOp is `distinct columns` or `distinct *` (a *StarExpr).
type DistinctOp struct {
	Span
	Params []*OperatorParam
	Exprs  []*NamedExpr
}

func (*DistinctOp) operator() {}

func (p *parser) distinct() Operator {
	from := p.from()
	p.advance()
	o := &DistinctOp{Params: p.paramList(equalsParams)}
	o.Exprs = commas(p, list[*NamedExpr]{elem: p.starOrColumn, missing: p.missingColumn, end: p.atListEnd, nonEmpty: true})
	o.Span = p.since(from)
	return o
}

// starOrColumn reads * or a column, or nil.
func (p *parser) starOrColumn() *NamedExpr {
	if p.peek() == kStar {
		x := p.star()
		return &NamedExpr{Span: Span{x.Pos(), x.End()}, X: x}
	}
	return p.column()
}
