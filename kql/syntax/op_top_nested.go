package syntax

// TopNestedOp is `top-nested n of X with others = Y by Z, top-nested …`.
type TopNestedOp struct {
	Span
	Clauses []*TopNestedClause
}

// TopNestedClause is one level of top-nested. Count and Others are nil if absent.
type TopNestedClause struct {
	Span
	Count  Expr
	Of     *NamedExpr
	Others Expr
	By     *OrderedExpr
}

func (*TopNestedOp) operator() {}

func (p *parser) topNested() Operator {
	from := p.from()
	missing := func() *TopNestedClause {
		x := p.missingPart("clause")
		c := &NamedExpr{Span: Span{x.Pos(), x.Pos()}, X: x}
		return &TopNestedClause{Span: c.Span, Of: c, By: &OrderedExpr{Span: c.Span, X: x}}
	}
	o := &TopNestedOp{}
	o.Clauses = commas(p, list[*TopNestedClause]{elem: p.topNestedClause, missing: missing, end: p.atListEnd, nonEmpty: true})
	o.Span = p.since(from)
	return o
}

func (p *parser) topNestedClause() *TopNestedClause {
	from := p.from()
	if !p.accept(kwTopNested) {
		return nil
	}
	c := &TopNestedClause{Count: p.named()}
	p.expect(kwOf, "of")
	if c.Of = p.column(); c.Of == nil {
		c.Of = p.missingColumn()
	}
	if p.accept(kwWith) {
		p.expect(kwOthers, "others")
		p.expect(kEqual, "=")
		if c.Others = p.literal(); c.Others == nil {
			c.Others = p.operand(p.unnamed)
		}
	}
	p.expect(kwBy, "by")
	c.By = p.requiredOrdered()
	c.Span = p.since(from)
	return c
}
