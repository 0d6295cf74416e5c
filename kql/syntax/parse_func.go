package syntax

// beginsFunc says whether a function declaration stands here rather than an expression in
// parentheses.
func (p *parser) beginsFunc() bool {
	i := 0
	if p.peek() == kwView {
		i = 1
	}
	if p.peekAt(i) != kLParen {
		return false
	}
	if k := p.peekAt(i + 1); k == kRParen || k == kStar {
		return true
	}
	n := p.scanDeclaredName(i + 1)
	return n > 0 && p.peekAt(i+1+n) == kColon
}

// funcDecl reads view (params) { body }.
func (p *parser) funcDecl() Expr {
	from := p.from()
	f := &FuncDecl{View: p.accept(kwView)}
	p.expect(kLParen, "(")
	f.Params = p.funcParams(false)
	p.close(kRParen)
	f.Body = p.funcBody(true)
	f.Span = p.since(from)
	return f
}

// funcBody reads { let …; result }. The body of a pattern's match cannot declare query
// parameters.
func (p *parser) funcBody(parameters bool) *FuncBody {
	from := p.from()
	b := &FuncBody{}
	if !p.expect(kLBrace, "{") {
		b.Span = Span{p.end(), p.end()}
		return b
	}
	defer p.leave()
	if p.enter() {
		for p.peek() == kwLet || parameters && p.peek() == kwDeclare {
			if p.peek() == kwLet {
				b.Statements = append(b.Statements, p.let())
			} else {
				b.Statements = append(b.Statements, p.queryParameters())
			}
			p.expect(kSemicolon, ";")
		}
		b.Result = p.expr()
		p.accept(kSemicolon)
	}
	p.close(kRBrace)
	b.Span = p.since(from)
	return b
}
