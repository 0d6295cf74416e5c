package syntax

// ordered reads an expression with asc, desc and nulls, or nil. Without any of these it is
// an *OrderedExpr too, with defaults.
func (p *parser) ordered() *OrderedExpr {
	x := p.named()
	if x == nil {
		return nil
	}
	e := &OrderedExpr{X: x}
	if k := p.peek(); isOrder(k) || k == kwNulls {
		p.order(e)
		if p.accept(kwNulls) {
			switch {
			case p.accept(kwFirst):
				e.Nulls = NullsFirst
			case p.accept(kwLast):
				e.Nulls = NullsLast
			default:
				p.missingPart("first or last")
			}
		}
	}
	e.Span = Span{x.Pos(), max(x.End(), p.end())}
	return e
}

func isOrder(k kind) bool {
	return k == kwAsc || k == kwDesc || k == kwGrannyAsc || k == kwGrannyDesc
}

// order reads a direction, if there is one.
func (p *parser) order(e *OrderedExpr) {
	switch p.peek() {
	case kwAsc:
		e.Order = OrderAsc
	case kwDesc:
		e.Order = OrderDesc
	case kwGrannyAsc:
		e.Order = OrderGrannyAsc
	case kwGrannyDesc:
		e.Order = OrderGrannyDesc
	default:
		return
	}
	p.advance()
}

func (p *parser) missingOrdered() *OrderedExpr {
	x := p.exprMissing()
	return &OrderedExpr{Span: Span{x.Pos(), x.End()}, X: x}
}

// requiredOrdered is ordered that reports if nothing stands here.
func (p *parser) requiredOrdered() *OrderedExpr {
	if e := p.ordered(); e != nil {
		return e
	}
	return p.missingOrdered()
}

// orderedList reads by-columns up to where end says.
func (p *parser) orderedList(end func() bool) []*OrderedExpr {
	return commas(p, list[*OrderedExpr]{elem: p.ordered, missing: p.missingOrdered, end: end, nonEmpty: true})
}
