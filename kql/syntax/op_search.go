package syntax

// SearchOp is `search kind=… in (tables) cond`. Scope and In are nil if absent.
type SearchOp struct {
	Span
	Params []*OperatorParam
	Scope  *Ident
	In     []Expr
	Cond   Expr
}

func (*SearchOp) operator() {}

func (p *parser) search() Operator {
	from := p.from()
	p.advance()
	o := &SearchOp{Params: p.paramList(equalsParams), Scope: p.dataScope(), In: p.inTables()}
	o.Cond = p.operand(p.searchPredicate)
	o.Span = p.since(from)
	return o
}

// searchPredicate is an expression, or a star that perhaps goes on with and.
func (p *parser) searchPredicate() Expr {
	if x := p.unnamed(); x != nil {
		return x
	}
	if p.peek() != kStar {
		return nil
	}
	star := p.star()
	if !p.accept(kwAnd) {
		return star
	}
	return p.binary(OpAnd, star, p.operand(p.unnamed))
}
