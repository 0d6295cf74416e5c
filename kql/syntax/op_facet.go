package syntax

// FacetOp is `facet by columns with (subquery)`. With is nil if absent; it is a *PipeExpr without
// source, or after an error anything.
type FacetOp struct {
	Span
	By   []Expr
	With Expr
}

func (*FacetOp) operator() {}

func (p *parser) facet() Operator {
	from := p.from()
	p.advance()
	p.expect(kwBy, "by")
	o := &FacetOp{}
	o.By = commas(p, list[Expr]{elem: p.simplePath, missing: func() Expr { return p.missingExpr("name") },
		end: p.before(kwWith), nonEmpty: true})
	if p.accept(kwWith) {
		if p.accept(kLParen) {
			if o.With = p.optionalSubquery(); o.With == nil {
				o.With = p.subquery()
			}
			p.close(kRParen)
		} else {
			op := p.operator()
			if op == nil {
				at := p.end()
				p.report(operatorExpected(at, at, ""))
				op = &BadOp{Span: Span{at, at}}
			}
			o.With = &PipeExpr{Span: Span{op.Pos(), op.End()}, Ops: []Operator{op}}
		}
	}
	o.Span = p.since(from)
	return o
}
