package syntax

// list says how to read a list.
type list[T comparable] struct {
	elem    func() T    // the zero T if there is no element
	missing func() T    // reports a missing element and stands in for it
	end     func() bool // what ends the list for sure; nil: the first thing that is no element
	// nonEmpty lists must have an element.
	nonEmpty bool
	// trailing lists may end with a comma.
	trailing bool
}

// commas reads elements with commas between them. Where the end of the list is known, a
// missing comma is reported and the list goes on.
func commas[T comparable](p *parser, l list[T]) []T {
	var none T
	var out []T
	ended := func() bool { return l.end != nil && l.end() }
	elem := func() T {
		if ended() {
			return none
		}
		return l.elem()
	}
	e := elem()
	if e == none && p.peek() == kComma && l.missing != nil {
		e = l.missing()
	}
	for e != none {
		out = append(out, e)
		at, comma := p.pos, p.end()
		switch {
		case p.peek() == kEOF || ended():
			return out
		case p.accept(kComma):
			if e = elem(); e == none && !l.trailing && l.missing != nil {
				out = append(out, l.missing())
			}
		case l.end != nil:
			if e = l.elem(); e != none {
				p.report(expected(comma, ","))
			}
			if p.pos == at {
				return out
			}
		default:
			return out
		}
	}
	if l.nonEmpty && len(out) == 0 && l.missing != nil {
		out = append(out, l.missing())
	}
	return out
}

// atListEnd says whether the current token ends any list.
func (p *parser) atListEnd() bool { return endsList(p.peek()) }

func endsList(k kind) bool {
	switch k {
	case kRParen, kRBracket, kRBrace, kBar, kSemicolon, kEOF:
		return true
	}
	return false
}

// before is atListEnd, or that one of the words stands here.
func (p *parser) before(words ...kind) func() bool {
	return func() bool {
		k := p.peek()
		for _, w := range words {
			if k == w {
				return true
			}
		}
		return endsList(k)
	}
}

func (p *parser) exprMissing() Expr { return p.missingExpr("expression") }

// exprs reads a list of expressions up to where lists end.
func (p *parser) exprs(elem func() Expr, nonEmpty bool) []Expr {
	return commas(p, list[Expr]{elem: elem, missing: p.exprMissing, end: p.atListEnd, nonEmpty: nonEmpty})
}

// namedExprs reads a list of columns up to where end says.
func (p *parser) namedExprs(end func() bool, nonEmpty bool) []*NamedExpr {
	return commas(p, list[*NamedExpr]{elem: p.column, missing: p.missingColumn, end: end, nonEmpty: nonEmpty})
}

// column is a named expression, with or without a name.
func (p *parser) column() *NamedExpr {
	switch e := p.named().(type) {
	case nil:
		return nil
	case *NamedExpr:
		return e
	default:
		return &NamedExpr{Span: Span{e.Pos(), e.End()}, X: e}
	}
}

func (p *parser) missingColumn() *NamedExpr {
	e := p.exprMissing()
	return &NamedExpr{Span: Span{e.Pos(), e.End()}, X: e}
}

// or is e, or what missing gives if e is nil.
func or(e Expr, missing func() Expr) Expr {
	if e == nil {
		return missing()
	}
	return e
}
