package syntax

import "strings"

// literal reads a literal in a place where only literals can be, so that a sign may belong to
// it; nil if there is none.
func (p *parser) literal() Expr {
	switch k := p.peek(); k {
	case kString:
		return p.stringLit()
	case kPlus, kMinus:
		return p.signedLiteral()
	case kwDynamic:
		return p.dynamic()
	case kwTypeOf:
		return p.typeOf()
	case kLBrace:
		if id := p.bracedName(); id != nil {
			return id
		}
		return nil
	case kRawGUID:
		from := p.from()
		e := p.plainLiteral(0)
		p.report(rawGUID(from, p.end(), e.Text))
		return e
	default:
		if k >= kBool && k <= kGUID {
			return p.plainLiteral(0)
		}
		return nil
	}
}

// plainLiteral makes a literal of the current token; sign is the number of bytes of a sign
// right before it.
func (p *parser) plainLiteral(sign int) *Literal {
	t := p.advance()
	from := int(t.from) - sign
	e := &Literal{Span: Span{from, int(t.to)}, Kind: literalKind(t.kind), Text: p.text[from:t.to]}
	if i := strings.IndexByte(e.Text, '('); i >= 0 {
		e.Text = unquote(strings.TrimSpace(strings.TrimSuffix(e.Text[i+1:], ")")))
		e.Null = e.Text == "null"
	}
	return e
}

func literalKind(k kind) LiteralKind {
	switch k {
	case kBool:
		return LitBool
	case kInt:
		return LitInt
	case kLong:
		return LitLong
	case kReal:
		return LitReal
	case kDecimal:
		return LitDecimal
	case kDateTime:
		return LitDateTime
	case kTimespan:
		return LitTimespan
	}
	return LitGUID
}

// scanSigned says whether a sign with a number right behind it stands here.
func (p *parser) scanSigned() bool {
	t := p.tokAt(1)
	if t.spaced || t.kind != kLong && t.kind != kReal && t.kind != kTimespan {
		return false
	}
	return isDigit(p.text[t.from])
}

func (p *parser) signedLiteral() Expr {
	if !p.scanSigned() {
		return nil
	}
	p.advance()
	return p.plainLiteral(1)
}

// stringLit reads a string literal, or several side by side. The current token must be one.
func (p *parser) stringLit() *StringLit {
	from := p.from()
	e := p.oneString()
	if p.peek() != kString {
		return e
	}
	var b strings.Builder
	b.WriteString(e.Value)
	for p.peek() == kString {
		part := p.oneString()
		b.WriteString(part.Value)
		e.Obfuscated = e.Obfuscated || part.Obfuscated
		e.Verbatim = e.Verbatim || part.Verbatim
		e.Parts++
	}
	e.Span = p.since(from)
	e.Value = b.String()
	return e
}

// oneString is stringLit where strings do not join.
func (p *parser) oneString() *StringLit {
	t := p.advance()
	e := &StringLit{Span: Span{int(t.from), int(t.to)}, Parts: 1}
	e.Value, e.Obfuscated, e.Verbatim = decodeString(p.tokText(t))
	return e
}

// dynamic reads dynamic(…), or nil.
func (p *parser) dynamic() Expr {
	if p.peek() != kwDynamic || p.peekAt(1) != kLParen {
		return nil
	}
	from := p.from()
	p.pos += 2
	v := or(p.json(), p.missingJSON)
	p.close(kRParen)
	return &DynamicLit{p.since(from), v}
}

func (p *parser) missingJSON() Expr { return p.missingPart("json value") }

// missingPart reports that what is missing, without a look at what stands there.
func (p *parser) missingPart(what string) Expr {
	at := p.end()
	p.report(missing(at, what))
	return &BadExpr{Span{at, at}}
}

// json reads a value within a dynamic literal, or nil.
func (p *parser) json() Expr {
	defer p.leave()
	if !p.enter() {
		return nil
	}
	switch p.peek() {
	case kLong, kReal, kBool, kDateTime, kTimespan, kGUID, kRawGUID, kDecimal, kString, kwDynamic:
		return p.literal()
	case kMinus:
		if k := p.peekAt(1); k == kLong || k == kReal {
			from := p.from()
			p.advance()
			x := p.plainLiteral(0)
			return &UnaryExpr{p.since(from), true, x}
		}
	case kwNull:
		t := p.advance()
		return &Literal{Span: Span{int(t.from), int(t.to)}, Kind: LitNull, Text: "null", Null: true}
	case kLBracket:
		return p.jsonArray()
	case kLBrace:
		if id := p.bracedName(); id != nil {
			return id
		}
		return p.jsonObject()
	}
	return nil
}

func (p *parser) jsonArray() Expr {
	from := p.from()
	p.advance()
	e := &DynArray{}
	e.Elems = commas(p, list[Expr]{elem: p.json, missing: p.missingJSON, end: p.atListEnd})
	p.close(kRBracket)
	e.Span = p.since(from)
	return e
}

func (p *parser) jsonObject() Expr {
	from := p.from()
	p.advance()
	e := &DynObject{}
	e.Pairs = commas(p, list[*DynPair]{elem: p.jsonPair, missing: p.missingPair, end: p.atListEnd})
	p.close(kRBrace)
	e.Span = p.since(from)
	return e
}

func (p *parser) missingPair() *DynPair {
	e := p.missingPart("json pair")
	at := Span{e.Pos(), e.Pos()}
	return &DynPair{at, &StringLit{Span: at}, e}
}

func (p *parser) jsonPair() *DynPair {
	from := p.from()
	pair := &DynPair{Name: &StringLit{}}
	switch p.peek() {
	case kString:
		pair.Name = p.oneString()
		p.expect(kColon, ":")
		pair.Value = or(p.json(), p.missingJSON)
	case kColon:
		p.report(missing(from, "string"))
		pair.Name.Span = Span{from, from}
		p.advance()
		pair.Value = or(p.json(), p.missingJSON)
	default:
		pair.Name.Span = Span{from, from}
		at := p.end()
		if pair.Value = p.json(); pair.Value == nil {
			return nil
		}
		p.report(missing(at, "string"))
	}
	pair.Span = p.since(from)
	return pair
}
