package syntax

// SummarizeOp is `summarize aggs by groups bin=X`. By is nil without a by clause; Bin is nil if
// absent.
type SummarizeOp struct {
	Span
	Params []*OperatorParam
	Aggs   []*NamedExpr
	By     []*NamedExpr
	Bin    Expr
}

func (*SummarizeOp) operator() {}

func (p *parser) summarize() Operator {
	from := p.from()
	p.advance()
	o := &SummarizeOp{Params: p.paramList(equalsParams), Aggs: p.namedExprs(p.before(kwBy), false)}
	if p.accept(kwBy) {
		o.By = p.namedExprs(p.beforeBin, true)
		if p.peek() == kwBin && p.peekAt(1) == kEqual {
			p.pos += 2
			o.Bin = p.operand(p.unnamed)
		}
	}
	o.Span = p.since(from)
	return o
}

// beforeBin says whether the groups end because the older `bin=value` stands here.
func (p *parser) beforeBin() bool {
	if p.peek() == kwBin && p.peekAt(1) == kEqual {
		if k := p.peekAt(2); k >= kString && k <= kRawGUID {
			return true
		}
	}
	return p.atListEnd()
}
