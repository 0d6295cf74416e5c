package syntax

// MakeSeriesOp is `make-series aggs on X from … to … step … by columns`, or with `in range(start,
// stop, step)`, InRange. From and To may be nil.
type MakeSeriesOp struct {
	Span
	Params         []*OperatorParam
	Aggs           []*SeriesAgg
	On             Expr
	From, To, Step Expr
	InRange        []Expr
	By             []*NamedExpr
}

// SeriesAgg is one aggregate of make-series. Default is nil if absent.
type SeriesAgg struct {
	Span
	X       *NamedExpr
	Default Expr
}

func (*MakeSeriesOp) operator() {}

func (p *parser) makeSeries() Operator {
	from := p.from()
	p.advance()
	o := &MakeSeriesOp{Params: p.paramList(equalsParams)}
	o.Aggs = commas(p, list[*SeriesAgg]{elem: p.seriesAgg, missing: p.missingSeriesAgg,
		end: p.before(kwOn, kwFrom, kwIn), nonEmpty: true})
	p.expect(kwOn, "on")
	o.On = p.operand(p.named)
	switch p.peek() {
	case kwFrom, kwTo, kwStep:
		if p.accept(kwFrom) {
			o.From = p.operand(p.unnamed)
		}
		if p.accept(kwTo) {
			o.To = p.operand(p.unnamed)
		}
		p.expect(kwStep, "step")
		o.Step = p.operand(p.unnamed)
	default:
		o.InRange = p.inRange()
	}
	if p.accept(kwBy) {
		o.By = p.namedExprs(nil, true)
	}
	o.Span = p.since(from)
	return o
}

// inRange reads the older form, in range(start, stop, step).
func (p *parser) inRange() []Expr {
	p.expect(kwIn, "in")
	p.expect(kwRange, "range")
	p.expect(kLParen, "(")
	out := p.exprs(p.named, false)
	p.close(kRParen)
	return out
}

func (p *parser) seriesAgg() *SeriesAgg {
	x := p.column()
	if x == nil {
		return nil
	}
	a := &SeriesAgg{X: x}
	if p.accept(kwDefault) {
		p.expect(kEqual, "=")
		a.Default = p.operand(p.named)
	}
	a.Span = p.since(x.From)
	return a
}

func (p *parser) missingSeriesAgg() *SeriesAgg {
	x := p.missingColumn()
	return &SeriesAgg{Span: x.Span, X: x}
}
