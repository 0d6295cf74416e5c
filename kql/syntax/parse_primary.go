package syntax

// primary reads what expressions are made of, or nil.
func (p *parser) primary() Expr {
	switch k := p.peek(); k {
	case kString, kBool, kLong, kReal, kInt, kDecimal, kTimespan, kDateTime, kGUID, kRawGUID, kwDynamic:
		return p.literal()
	case kwDataTable:
		return p.dataTable()
	case kwContextualDataTable:
		return p.contextualDataTable()
	case kwExternalData:
		return p.externalData()
	case kwMaterializedViewCombine:
		return p.materializedViewCombine()
	case kLParen:
		return p.paren()
	case kwToScalar:
		return p.toScalar()
	}
	if e := p.typeOf(); e != nil {
		return e
	}
	if e := p.call(); e != nil {
		return e
	}
	if e := p.selector(); e != nil {
		return p.dataScoped(e)
	}
	return p.keywordAsName()
}

func (p *parser) paren() Expr {
	if p.peek() != kLParen {
		return nil
	}
	from := p.from()
	p.advance()
	x := p.operand(p.expr)
	p.close(kRParen)
	return &ParenExpr{p.since(from), x}
}

// scanCall says whether a name with an argument list stands at i.
func (p *parser) scanCall(i int) bool {
	n := p.scanName(i)
	return n > 0 && p.peekAt(i+n) == kLParen
}

// call reads f(args), or nil.
func (p *parser) call() Expr {
	if !p.scanCall(0) {
		return nil
	}
	return p.callOf()
}

func (p *parser) callOf() *CallExpr {
	e := &CallExpr{Name: p.name()}
	if e.Name == nil {
		e.Name = p.missingName()
	}
	p.expect(kLParen, "(")
	e.Args = p.exprs(p.argument, false)
	p.close(kRParen)
	e.Span = p.since(e.Name.From)
	return e
}

// requiredCall reads f(args) and reports if it is not there or has no arguments.
func (p *parser) requiredCall() *CallExpr {
	if p.scanCall(0) {
		return p.callOf()
	}
	if p.scanName(0) > 0 {
		n := p.name()
		p.report(expected(p.end(), "("))
		return &CallExpr{Span: n.Span, Name: n}
	}
	e := p.missingPart("function call")
	at := Span{e.Pos(), e.Pos()}
	return &CallExpr{Span: at, Name: &Ident{Span: at}}
}

// callPath reads f(a).g(b)…, or nil.
func (p *parser) callPath() Expr {
	e := p.call()
	for e != nil && p.peek() == kDot && p.scanCall(1) {
		p.advance()
		e = p.pathOf(e, p.callOf())
	}
	return e
}

// argument is an argument of a call: a star alone, or an expression, perhaps with a name.
func (p *parser) argument() Expr {
	if p.peek() == kStar {
		if k := p.peekAt(1); k == kRParen || k == kComma {
			return p.star()
		}
	}
	return p.named()
}

// named reads name = expr, (a, b) = expr, or an expression without a name; nil if nothing.
// Only in the first two cases is it a *NamedExpr.
func (p *parser) named() Expr {
	from := p.from()
	if n := p.scanDeclaredName(0); n > 0 && p.peekAt(n) == kEqual {
		return p.namedAs(from, false, []*Ident{p.declaredName()})
	}
	if n := p.scanDashedName(); n > 0 && p.peekAt(n) == kEqual {
		return p.namedAs(from, false, []*Ident{p.dashedName(n)})
	}
	if n := p.scanNameList(); n > 0 && p.peekAt(n) == kEqual {
		p.advance()
		names := commas(p, list[*Ident]{elem: p.declaredName, missing: p.missingName, end: p.atListEnd, nonEmpty: true})
		p.close(kRParen)
		return p.namedAs(from, true, names)
	}
	return p.unnamed()
}

func (p *parser) namedAs(from int, tuple bool, names []*Ident) Expr {
	p.expect(kEqual, "=")
	x := p.operand(p.unnamed)
	return &NamedExpr{p.since(from), names, tuple, x}
}

// scanNameList is the number of tokens of (a, b), 0 if something else is there.
func (p *parser) scanNameList() int {
	if p.peek() != kLParen {
		return 0
	}
	i := 1
	for !endsList(p.peekAt(i)) {
		n := p.scanDeclaredName(i)
		if n == 0 {
			return 0
		}
		if i += n; p.peekAt(i) != kComma {
			break
		}
		i++
	}
	if p.peekAt(i) != kRParen {
		return 0
	}
	return i + 1
}

// selector reads a name or what stands for one in brackets, or nil.
func (p *parser) selector() Expr {
	if p.peek() == kLBracket {
		return p.bracketedSelector()
	}
	return p.bareSelector()
}

// bareSelector reads a name, a few keywords that serve as names here, or nil.
func (p *parser) bareSelector() Expr {
	switch p.peek() {
	case kAt, kwKind, kwWithSource:
		return p.ident()
	}
	return p.nameExpr()
}

func (p *parser) bracketedSelector() Expr {
	if e := p.bracketedEntity(); e != nil {
		return e
	}
	from := p.from()
	p.advance()
	x := or(p.unnamed(), func() Expr { return p.missingName() })
	p.close(kRBracket)
	return &BracketExpr{p.since(from), x}
}

// bracketedEntity reads ['name'] or [a*], or nil.
func (p *parser) bracketedEntity() Expr {
	if e := p.bracketedWildcard(); e != nil {
		return e
	}
	if n := p.bracketedNameExpr(); n != nil {
		return n
	}
	return nil
}

func (p *parser) bracketedNameExpr() Expr {
	if n := p.bracketedName(); n != nil {
		return n
	}
	return nil
}

func (p *parser) selectorOrCall() Expr {
	if e := p.call(); e != nil {
		return e
	}
	return p.selector()
}

// dataScoped reads datascope=… behind e.
func (p *parser) dataScoped(e Expr) Expr {
	if s := p.dataScope(); s != nil {
		return &DataScopeExpr{p.since(e.Pos()), e, s}
	}
	return e
}

// dataScope reads datascope=…, or nil.
func (p *parser) dataScope() *Ident {
	if !p.accept(kwDataScope) {
		return nil
	}
	p.expect(kEqual, "=")
	return p.oneOf("all", "hotcache")
}

// oneOf reads one of the words.
func (p *parser) oneOf(words ...string) *Ident {
	for _, w := range words {
		if n := p.matches(0, w); n > 0 {
			return p.tokensAsIdent(n)
		}
	}
	at := p.end()
	p.report(expected(at, words...))
	return &Ident{Span: Span{at, at}}
}

// tokensAsIdent makes one name of n tokens without blanks between them.
func (p *parser) tokensAsIdent(n int) *Ident {
	from := p.from()
	p.pos += n
	s := p.since(from)
	return &Ident{Span: s, Name: p.text[s.From:s.To]}
}

// simplePath reads a.b['c'], without calls, or nil.
func (p *parser) simplePath() Expr { return p.pathOfSelectors(p.selector) }

// entityPath is simplePath with calls, as in cluster('c').database('d').
func (p *parser) entityPath() Expr { return p.pathOfSelectors(p.selectorOrCall) }

func (p *parser) pathOfSelectors(selector func() Expr) Expr {
	e := selector()
	for e != nil {
		switch p.peek() {
		case kDot:
			p.advance()
			e = p.pathOf(e, or(selector(), func() Expr { return p.missingName() }))
		case kLBracket:
			e = p.selectorIndex(e)
		default:
			return e
		}
	}
	return nil
}

// selectorIndex reads x[…] where the bracket may also hold a pattern.
func (p *parser) selectorIndex(x Expr) Expr {
	p.links++
	i := p.bracketedSelector()
	return &IndexExpr{Span{x.Pos(), max(x.End(), i.End())}, x, i}
}

// wildcardEntity reads a table, a pattern of tables, or cluster(…).database(…).pattern; nil
// if nothing.
func (p *parser) wildcardEntity() Expr {
	if w := p.wildcard(); w != nil {
		return w
	}
	e := p.selectorOrCall()
	for e != nil {
		switch p.peek() {
		case kDot:
			p.advance()
			if w := p.wildcard(); w != nil {
				return p.pathOf(e, w)
			}
			e = p.pathOf(e, or(p.selectorOrCall(), func() Expr { return p.missingName() }))
		case kLBracket:
			e = p.selectorIndex(e)
		default:
			return e
		}
	}
	return nil
}

// longest is what the reader that gets furthest reads.
func (p *parser) longest(readers ...func() Expr) Expr {
	start := p.mark()
	end := start.pos
	var best Expr
	var diags []Diagnostic
	for _, read := range readers {
		if e := read(); p.pos > end {
			best, end = e, p.pos
			diags = append(diags[:0], p.diags[start.diags:]...)
		}
		p.reset(start)
	}
	p.pos = end
	p.diags = append(p.diags, diags...)
	return best
}
