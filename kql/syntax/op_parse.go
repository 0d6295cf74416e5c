package syntax

// ParseOp is `parse kind=… X with pattern`. A pattern's parts are *StringLit, *StarExpr and
// *ColumnDecl.
type ParseOp struct {
	Span
	Params  []*OperatorParam
	X       Expr
	Pattern []Expr
}

func (*ParseOp) operator() {}

func (p *parser) parse() Operator {
	from := p.from()
	p.advance()
	o := &ParseOp{Params: p.paramList(parseParams), X: p.operand(p.unnamed)}
	p.expect(kwWith, "with")
	o.Pattern = p.parsePattern()
	o.Span = p.since(from)
	return o
}

// parsePattern reads strings, stars and columns, as far as they go.
func (p *parser) parsePattern() []Expr {
	var out []Expr
	for {
		switch p.peek() {
		case kStar:
			out = append(out, p.star())
			continue
		case kString:
			out = append(out, p.stringLit())
			continue
		}
		c := p.parseColumn()
		if c == nil {
			return out
		}
		out = append(out, c)
	}
}

// parseColumn reads name or name:type, or nil.
func (p *parser) parseColumn() *ColumnDecl {
	c := &ColumnDecl{Name: p.declaredName()}
	if c.Name == nil {
		if p.peek() != kColon {
			return nil
		}
		c.Name = p.missingName()
	}
	if p.accept(kColon) {
		c.Type = p.requiredType(false)
	}
	c.Span = p.since(c.Name.From)
	return c
}
