package syntax

// MvExpandOp is `mv-expand columns limit n`. Limit is nil if absent.
type MvExpandOp struct {
	Span
	Params []*OperatorParam
	Items  []*MvItem
	Limit  Expr
}

// MvItem is one column of mv-expand or mv-apply, with `to typeof(type)`. Type is nil if absent; X is nil in
// `mv-apply to typeof(type)`, where nothing else is named.
type MvItem struct {
	Span
	X    *NamedExpr
	Type *TypeOfExpr
}

func (*MvExpandOp) operator() {}

func (p *parser) mvExpand() Operator {
	from := p.from()
	p.advance()
	o := &MvExpandOp{Params: p.paramList(equalsParams), Items: p.mvItems(p.before(kwLimit))}
	if p.accept(kwLimit) {
		o.Limit = p.operand(p.unnamed)
	}
	o.Span = p.since(from)
	return o
}

func (p *parser) mvItems(end func() bool) []*MvItem {
	return commas(p, list[*MvItem]{elem: p.mvItem, missing: p.missingMvItem, end: end, nonEmpty: true})
}

func (p *parser) mvItem() *MvItem {
	if p.peek() == kwTo {
		m := p.missingMvItem()
		m.Type = p.toTypeOf()
		m.Span = p.since(m.From)
		return m
	}
	x := p.column()
	if x == nil {
		return nil
	}
	m := &MvItem{X: x, Type: p.toTypeOf()}
	m.Span = Span{x.From, max(x.To, p.end())}
	return m
}

func (p *parser) missingMvItem() *MvItem {
	x := p.missingColumn()
	return &MvItem{Span: x.Span, X: x}
}

// toTypeOf reads to typeof(…), or nil.
func (p *parser) toTypeOf() *TypeOfExpr {
	if !p.accept(kwTo) {
		return nil
	}
	if t := p.typeOfLit(); t != nil {
		return t
	}
	e := p.missingPart("typeof")
	return &TypeOfExpr{Span: Span{e.Pos(), e.Pos()}}
}
