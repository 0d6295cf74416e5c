package syntax

import "sort"

// unnamed reads a scalar expression without a name, or nil.
func (p *parser) unnamed() Expr {
	defer p.leave()
	if !p.enter() {
		return nil
	}
	switch p.peekAt(1) {
	case kComma, kRParen, kRBrace, kRBracket, kBar:
		// Most arguments are a single token: go straight to it.
		if k := p.peek(); k == kIdent || k >= kBool && k <= kRawGUID {
			return p.primary()
		}
	}
	return p.orExpr()
}

// operand is what, or a report that an expression is missing.
func (p *parser) operand(what func() Expr) Expr {
	if e := what(); e != nil {
		return e
	}
	return p.exprMissing()
}

// binary makes the node of x op y and counts it: chains make trees deep.
func (p *parser) binary(op BinaryOp, x, y Expr) Expr {
	p.links++
	return &BinaryExpr{Span{x.Pos(), max(x.End(), y.End())}, op, x, y, p.tokensIn(x.End(), y.Pos())}
}

// tokensIn is the place of the tokens between two places of the text.
func (p *parser) tokensIn(from, to int) Span {
	i := sort.Search(len(p.toks), func(i int) bool { return int(p.toks[i].from) >= from })
	at := Span{from, from}
	for first := i; i < len(p.toks) && int(p.toks[i].to) <= to; i++ {
		at = Span{int(p.toks[first].from), int(p.toks[i].to)}
	}
	return at
}

func (p *parser) orExpr() Expr {
	e := p.andExpr()
	for e != nil && p.accept(kwOr) {
		e = p.binary(OpOr, e, p.operand(p.andExpr))
	}
	return e
}

func (p *parser) andExpr() Expr {
	e := p.equality()
	for e != nil && p.accept(kwAnd) {
		e = p.binary(OpAnd, e, p.operand(p.equality))
	}
	return e
}

// equality reads ==, != and the operators with a list or a range on their right.
func (p *parser) equality() Expr {
	if p.peek() == kStar && p.peekAt(1) == kEqualEqual {
		star := p.star()
		p.advance()
		return p.binary(OpEq, star, p.operand(p.relational))
	}
	e := p.relational()
	if e == nil {
		return nil
	}
	switch p.peek() {
	case kEqualEqual:
		p.advance()
		return p.binary(OpEq, e, p.operand(p.relational))
	case kBangEqual, kLessGreater:
		p.advance()
		return p.binary(OpNe, e, p.operand(p.relational))
	case kwIn:
		// In `… on x in range(…)` of make-series the word begins a clause.
		if p.peekAt(1) == kwRange {
			return e
		}
		return p.in(OpIn, e)
	case kwInTilde:
		return p.in(OpInTilde, e)
	case kwNotIn:
		return p.in(OpNotIn, e)
	case kwNotInTilde:
		return p.in(OpNotInTilde, e)
	case kwHasAny:
		return p.in(OpHasAny, e)
	case kwHasAll:
		return p.in(OpHasAll, e)
	case kwBetween:
		return p.between(false, e)
	case kwNotBetween:
		return p.between(true, e)
	}
	return e
}

// in reads an operator and its list: expressions, or a single query.
func (p *parser) in(op InOp, x Expr) Expr {
	p.links++
	p.advance()
	e := &InExpr{Op: op, X: x, OpAt: p.tokensIn(x.End(), p.from())}
	p.expect(kLParen, "(")
	if p.beginsOperator() || p.pipeAhead() {
		e.List = []Expr{p.operand(p.expr)}
	} else {
		e.List = p.exprs(p.unnamed, true)
	}
	p.close(kRParen)
	e.Span = p.since(x.Pos())
	return e
}

// pipeAhead says whether a pipe comes before the end of the expression.
func (p *parser) pipeAhead() bool {
	depth := 0
	for i := 0; ; i++ {
		switch p.peekAt(i) {
		case kEOF, kSemicolon:
			return false
		case kComma:
			if depth == 0 {
				return false
			}
		case kLParen:
			depth++
		case kRParen:
			if depth == 0 {
				return false
			}
			depth--
		case kBar:
			if depth == 0 {
				return true
			}
		}
	}
}

func (p *parser) between(not bool, x Expr) Expr {
	p.links++
	p.advance()
	e := &BetweenExpr{Not: not, X: x, OpAt: p.tokensIn(x.End(), p.from())}
	p.expect(kLParen, "(")
	e.Lo = p.operand(p.unnamed)
	p.expect(kDotDot, "..")
	e.Hi = p.operand(p.unnamed)
	p.close(kRParen)
	e.Span = p.since(x.Pos())
	return e
}

func (p *parser) relational() Expr {
	e := p.additive()
	if e == nil {
		return nil
	}
	var op BinaryOp
	switch p.peek() {
	case kLess:
		op = OpLt
	case kLessEqual:
		op = OpLe
	case kGreater:
		op = OpGt
	case kGreaterEqual:
		op = OpGe
	default:
		return e
	}
	p.advance()
	return p.binary(op, e, p.operand(p.additive))
}

func (p *parser) additive() Expr {
	e := p.multiplicative()
	for e != nil {
		op := OpAdd
		switch p.peek() {
		case kPlus:
		case kMinus:
			op = OpSub
		default:
			return e
		}
		p.advance()
		e = p.binary(op, e, p.operand(p.multiplicative))
	}
	return nil
}

func (p *parser) multiplicative() Expr {
	e := p.stringOperation()
	for e != nil {
		op := OpMul
		switch p.peek() {
		case kStar:
		case kSlash:
			op = OpDiv
		case kPercent:
			op = OpMod
		default:
			return e
		}
		p.advance()
		e = p.binary(op, e, p.operand(p.stringOperation))
	}
	return nil
}

// stringOperation reads has, contains, =~ and their like, which bind tighter than *.
func (p *parser) stringOperation() Expr {
	if p.peek() == kStar {
		op, ok := stringOp(p.peekAt(1))
		if !ok {
			return nil
		}
		star := p.star()
		p.advance()
		return p.binary(op, star, p.operand(p.unary))
	}
	e := p.unary()
	if e == nil {
		return nil
	}
	op, ok := stringOp(p.peek())
	if !ok {
		return e
	}
	p.advance()
	return p.binary(op, e, p.operand(p.unary))
}

func (p *parser) star() Expr {
	t := p.advance()
	return &StarExpr{Span{int(t.from), int(t.to)}}
}

// unary reads at most one sign and what it belongs to.
func (p *parser) unary() Expr {
	k := p.peek()
	if k != kMinus && k != kPlus {
		return p.path()
	}
	from := p.from()
	p.advance()
	x := p.operand(p.path)
	return &UnaryExpr{p.since(from), k == kMinus, x}
}

// path reads a primary expression with what follows it: .name, .f(…), [index].
func (p *parser) path() Expr {
	if p.peek() == kwToTable {
		return p.toTable()
	}
	e := p.primary()
	for e != nil {
		switch p.peek() {
		case kDot:
			p.advance()
			sel := or(p.selectorOrCall(), func() Expr { return p.missingName() })
			e = p.pathOf(e, sel)
		case kLBracket:
			e = p.index(e)
		default:
			return e
		}
	}
	return nil
}

func (p *parser) pathOf(x, sel Expr) Expr {
	p.links++
	return &PathExpr{Span{x.Pos(), max(x.End(), sel.End())}, x, sel}
}

func (p *parser) index(x Expr) Expr {
	p.links++
	p.advance()
	i := or(p.unnamed(), func() Expr { return p.missingName() })
	p.close(kRBracket)
	return &IndexExpr{p.since(x.Pos()), x, i}
}
