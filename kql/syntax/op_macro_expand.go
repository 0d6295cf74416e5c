package syntax

// MacroExpandOp is `macro-expand group as name (statements)`. As is nil if absent.
type MacroExpandOp struct {
	Span
	Params []*OperatorParam
	Group  Expr
	As     *Ident
	Body   []Statement
}

func (*MacroExpandOp) operator() {}

func (p *parser) macroExpand() Operator {
	from := p.from()
	p.advance()
	o := &MacroExpandOp{Params: p.paramList(unionParams), Group: p.operand(p.entityGroupRef)}
	if p.accept(kwAs) {
		o.As = p.requiredName()
	}
	p.expect(kLParen, "(")
	o.Body = p.statements(nil)
	p.close(kRParen)
	o.Span = p.since(from)
	return o
}

// entityGroupRef reads what names a group of entities, or nil.
func (p *parser) entityGroupRef() Expr {
	if e := p.entityGroup(); e != nil {
		return e
	}
	if w := p.word(); (w == "database" || w == "cluster") && p.peekAt(1) == kLParen {
		return p.entityPath()
	}
	return p.nameExpr()
}
