package syntax

// UnionOp is `union kind=… tables`; a table may be a wildcard.
type UnionOp struct {
	Span
	Params []*OperatorParam
	Tables []Expr
}

func (*UnionOp) operator() {}

func (p *parser) union() Operator {
	from := p.from()
	p.advance()
	o := &UnionOp{Params: p.paramList(unionParams)}
	o.Tables = p.exprs(p.unionTable, true)
	o.Span = p.since(from)
	return o
}

// unionTable reads a query in parentheses, a table, or a pattern of tables; or nil.
func (p *parser) unionTable() Expr {
	if p.peek() == kLParen {
		return p.paren()
	}
	return p.longest(p.bracketedEntity, p.wildcardEntity, p.bareSelector)
}
