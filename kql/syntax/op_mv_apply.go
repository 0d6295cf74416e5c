package syntax

// MvApplyOp is `mv-apply columns limit n on (subquery)`. Limit and ContextID are nil if absent.
type MvApplyOp struct {
	Span
	Params    []*OperatorParam
	Items     []*MvItem
	Limit     Expr
	ContextID Expr
	Subquery  Expr
}

func (*MvApplyOp) operator() {}

func (p *parser) mvApply() Operator {
	from := p.from()
	p.advance()
	o := &MvApplyOp{Params: p.paramList(equalsParams), Items: p.mvApplyItems()}
	if p.accept(kwLimit) {
		o.Limit = p.operand(p.unnamed)
	}
	if p.accept(kwID) {
		o.ContextID = p.operand(p.unnamed)
	}
	p.expect(kwOn, "on")
	if p.accept(kLParen) {
		o.Subquery = p.contextualSubquery()
		p.close(kRParen)
	} else {
		p.report(expected(p.end(), "("))
		o.Subquery = &BadExpr{Span{p.end(), p.end()}}
	}
	o.Span = p.since(from)
	return o
}

// mvApplyItems reads the columns. A lone `to typeof(…)` is right too: X is then nil.
func (p *parser) mvApplyItems() []*MvItem {
	if p.peek() == kwTo {
		m, from := p.mark(), p.from()
		t := p.toTypeOf()
		if p.peek() != kComma {
			return []*MvItem{{Span: p.since(from), Type: t}}
		}
		p.reset(m)
	}
	return p.mvItems(p.mvApplyEnd)
}

// mvApplyEnd says whether the columns end here: limit, id and on can be columns too.
func (p *parser) mvApplyEnd() bool {
	switch p.peek() {
	case kwLimit, kwID, kwOn:
		if k := p.peekAt(1); k != kComma && k != kwTo && k != kEqual {
			return true
		}
	}
	return p.atListEnd()
}
