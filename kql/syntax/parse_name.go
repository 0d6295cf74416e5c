package syntax

import "strings"

// isName says whether t can be a name wherever names can be.
func isName(t token) bool {
	return t.kind == kIdent || t.kind.isKeyword() && t.class == nameAlways
}

// isDeclaredName says whether t can be a name where only names can be.
func isDeclaredName(t token) bool {
	return t.kind == kIdent || t.kind.isKeyword() && t.class != nameNever
}

// isExtendedKeyword is isDeclaredName without plain identifiers.
func isExtendedKeyword(t token) bool {
	return t.kind.isKeyword() && t.class != nameNever
}

// scanName is the number of tokens of the name at i, 0 if there is none.
func (p *parser) scanName(i int) int { return p.scanNameOf(i, isName) }

// scanDeclaredName is scanName for places where only names can be.
func (p *parser) scanDeclaredName(i int) int { return p.scanNameOf(i, isDeclaredName) }

func (p *parser) scanNameOf(i int, ok func(token) bool) int {
	t := p.tokAt(i)
	switch t.kind {
	case kLBracket:
		return p.scanBracketedName(i)
	case kLBrace:
		if isName(p.tokAt(i+1)) && p.peekAt(i+2) == kRBrace {
			return 3
		}
		return 0
	}
	if ok(t) {
		return 1
	}
	return 0
}

// scanBracketedName is the number of tokens of ['name'], 0 if something else is there.
func (p *parser) scanBracketedName(i int) int {
	if p.peekAt(i) != kLBracket {
		return 0
	}
	n := 1
	for p.peekAt(i+n) == kString {
		n++
	}
	if n == 1 || p.peekAt(i+n) != kRBracket {
		return 0
	}
	return n + 1
}

// name reads a name that refers to something, or nil.
func (p *parser) name() *Ident { return p.nameOf(isName) }

// declaredName reads a name where only a name can be, or nil.
func (p *parser) declaredName() *Ident { return p.nameOf(isDeclaredName) }

func (p *parser) nameOf(ok func(token) bool) *Ident {
	switch t := p.toks[p.pos]; {
	case t.kind == kLBracket:
		return p.bracketedName()
	case t.kind == kLBrace:
		return p.bracedName()
	case ok(t):
		return p.ident()
	}
	return nil
}

// nameExpr is name as an expression.
func (p *parser) nameExpr() Expr {
	if n := p.name(); n != nil {
		return n
	}
	return nil
}

// ident makes the current token a name, whatever it is.
func (p *parser) ident() *Ident {
	t := p.advance()
	return &Ident{Span: Span{int(t.from), int(t.to)}, Name: p.tokText(t)}
}

// requiredName is a name that is declared here.
func (p *parser) requiredName() *Ident {
	if n := p.name(); n != nil {
		return n
	}
	return p.missingName()
}

func (p *parser) bracketedName() *Ident {
	if p.scanBracketedName(0) == 0 {
		return nil
	}
	from := p.from()
	p.advance()
	s := p.stringLit()
	p.advance()
	return &Ident{Span: p.since(from), Name: s.Value, Quoted: true}
}

// scanBracedName is the number of tokens of a client parameter, {name} or {name[1]}, which
// holds no blanks; 0 if something else is there.
func (p *parser) scanBracedName() int {
	if p.peek() != kLBrace {
		return 0
	}
	t := p.tokAt(1)
	if t.kind != kIdent && !t.kind.isKeyword() || t.spaced {
		return 0
	}
	n := 2
	tight := func(k kind) bool {
		t := p.tokAt(n)
		if t.kind != k || t.spaced {
			return false
		}
		n++
		return true
	}
	if tight(kLBracket) {
		tight(kMinus)
		if !tight(kLong) || !tight(kRBracket) {
			return 0
		}
	}
	if !tight(kRBrace) {
		return 0
	}
	return n
}

func (p *parser) bracedName() *Ident {
	n := p.scanBracedName()
	if n == 0 {
		return nil
	}
	from := p.from()
	p.pos += n
	s := p.since(from)
	return &Ident{Span: s, Name: p.text[s.From+1 : s.To-1], Braced: true}
}

// scanWildcard is the number of tokens of a pattern such as a*, *b or a*2*, written without
// blanks; 0 if something else is there. A star alone is one too.
func (p *parser) scanWildcard(i int) int {
	n := 0
	if t := p.tokAt(i); t.kind == kStar {
		n = 1
	} else if next := p.tokAt(i + 1); (t.kind == kIdent || isExtendedKeyword(t)) && next.kind == kStar && !next.spaced {
		n = 2
	} else {
		return 0
	}
	for {
		t := p.tokAt(i + n)
		if t.spaced || t.kind != kIdent && t.kind != kLong && t.kind != kStar && !isExtendedKeyword(t) {
			return n
		}
		n++
	}
}

// wildcard reads a pattern of names, or nil.
func (p *parser) wildcard() Expr {
	n := p.scanWildcard(0)
	if n == 0 {
		return nil
	}
	return p.wildcardOf(n)
}

func (p *parser) wildcardOf(tokens int) *Ident {
	from := p.from()
	p.pos += tokens
	s := p.since(from)
	return &Ident{Span: s, Name: p.text[s.From:s.To], Wildcard: true}
}

// bracketedWildcard reads [a*], or nil.
func (p *parser) bracketedWildcard() Expr {
	if p.peek() != kLBracket {
		return nil
	}
	n := p.scanWildcard(1)
	if n == 0 {
		return nil
	}
	from := p.from()
	p.advance()
	id := p.wildcardOf(n)
	p.close(kRBracket)
	id.Span, id.Quoted = p.since(from), true
	return id
}

// nameOrWildcard reads a*, or a name, or nil.
func (p *parser) nameOrWildcard() Expr {
	if w := p.wildcard(); w != nil {
		return w
	}
	return p.nameExpr()
}

// scanDashedName is the number of tokens of a name such as a-b, which Kusto has only in
// brackets.
func (p *parser) scanDashedName() int {
	if t := p.tokAt(0); t.kind != kIdent && !t.kind.isKeyword() {
		return 0
	}
	n := 1
	for {
		t := p.tokAt(n)
		if t.spaced || t.kind != kIdent && t.kind != kMinus && !t.kind.isKeyword() {
			return n
		}
		n++
	}
}

// dashedName reads such a name and reports it.
func (p *parser) dashedName(tokens int) *Ident {
	from := p.from()
	p.pos += tokens
	s := p.since(from)
	name := p.text[s.From:s.To]
	p.report(nameNeedsBrackets(s.From, s.To, name))
	return &Ident{Span: s, Name: name}
}

// keywordAsName reads a keyword that, seen by what follows it, is meant to be a name, and
// reports it.
func (p *parser) keywordAsName() Expr {
	if !p.peek().isKeyword() || !followsName(p.peekAt(1)) {
		return nil
	}
	id := p.ident()
	p.report(nameNeedsBrackets(id.From, id.To, id.Name))
	return id
}

// followsName says whether k stands only after operands.
func followsName(k kind) bool {
	switch k {
	case kwAnd, kwOr, kEqualEqual, kBangEqual, kGreater, kGreaterEqual, kLess, kLessEqual, kStar, kSlash, kPercent,
		kwIn, kwInTilde, kwNotIn, kwNotInTilde, kwHasAny, kwHasAll, kwBetween, kwNotBetween,
		kRParen, kRBracket, kRBrace, kDot, kComma, kColon, kBar:
		return true
	}
	_, ok := stringOp(k)
	return ok
}

// unquote is s without the quotes around it, if there are any.
func unquote(s string) string {
	if len(s) > 1 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}
