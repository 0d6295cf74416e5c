package syntax

// ScanOp is `scan order by … partition by … declare (…) with (steps)`. OrderBy, PartitionBy and
// Declare are nil if absent.
type ScanOp struct {
	Span
	Params      []*OperatorParam
	OrderBy     []*OrderedExpr
	PartitionBy []Expr
	Declare     []*FuncParam
	Steps       []*ScanStep
}

// ScanStep is one `step name optional output=all : cond => name = expr, …;`. Output is nil if
// absent.
type ScanStep struct {
	Span
	Name     *Ident
	Optional bool
	Output   *Ident
	Cond     Expr
	Assigns  []*NamedExpr
}

func (*ScanOp) operator() {}

func (p *parser) scan() Operator {
	from := p.from()
	p.advance()
	o := &ScanOp{Params: p.paramList(anyParams)}
	end := p.before(kwPartition, kwOrder, kwBy, kwDeclare, kwWith)
	if p.accept(kwOrder) {
		p.expect(kwBy, "by")
		o.OrderBy = p.orderedList(end)
	}
	if p.accept(kwPartition) {
		p.expect(kwBy, "by")
		o.PartitionBy = commas(p, list[Expr]{elem: p.unnamed, missing: p.exprMissing, end: end, nonEmpty: true})
	}
	if p.accept(kwDeclare) {
		p.expect(kLParen, "(")
		o.Declare = p.funcParams(false)
		p.close(kRParen)
	}
	p.expect(kwWith, "with")
	p.expect(kLParen, "(")
	for p.peek() == kwStep {
		o.Steps = append(o.Steps, p.scanStep())
	}
	p.close(kRParen)
	o.Span = p.since(from)
	return o
}

func (p *parser) scanStep() *ScanStep {
	from := p.from()
	p.advance()
	s := &ScanStep{Name: p.declaredName()}
	if s.Name == nil {
		s.Name = p.missingName()
	}
	s.Optional = p.accept(kwOptional)
	if p.accept(kwOutput) {
		p.expect(kEqual, "=")
		s.Output = p.oneOf("all", "last", "none")
	}
	p.expect(kColon, ":")
	s.Cond = p.operand(p.unnamed)
	if p.accept(kFatArrow) {
		missing := func() *NamedExpr {
			e := p.missingPart("name")
			return &NamedExpr{Span: Span{e.Pos(), e.Pos()}, X: e}
		}
		s.Assigns = commas(p, list[*NamedExpr]{elem: p.scanAssign, missing: missing, end: p.atListEnd, nonEmpty: true})
	}
	p.expect(kSemicolon, ";")
	s.Span = p.since(from)
	return s
}

// scanAssign reads name = expr, or nil.
func (p *parser) scanAssign() *NamedExpr {
	n := p.declaredName()
	if n == nil {
		return nil
	}
	e := &NamedExpr{Names: []*Ident{n}}
	p.expect(kEqual, "=")
	e.X = p.operand(p.unnamed)
	e.Span = p.since(n.From)
	return e
}
