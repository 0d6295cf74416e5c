package syntax

import "strings"

// command reads a management command.
func (p *parser) command() Statement {
	from := p.from()
	c := &CommandStmt{}
	if k := p.peekAt(1); k == kBar || k == kSemicolon || k == kEOF {
		p.report(missingCommand(int(p.toks[p.pos].to)))
	}
	p.commandTokens(c)
	c.Text = strings.TrimSpace(p.text[from:p.end()])
	switch {
	case p.peek() == kBar:
		c.Pipe = p.pipes(nil)
	case p.accept(kLessBar):
		c.Input = p.commandInput()
	}
	c.Span = p.since(from)
	return c
}

// commandTokens reads the command's own words: up to a pipe or <| outside of brackets. The
// query in braces of .create function belongs to them.
func (p *parser) commandTokens(c *CommandStmt) {
	depth := 0
	for {
		t := p.toks[p.pos]
		switch t.kind {
		case kEOF:
			return
		case kBar, kLessBar:
			if depth == 0 {
				return
			}
		case kLParen, kLBracket, kLBrace:
			depth++
		case kRParen, kRBracket, kRBrace:
			depth--
		}
		c.Tokens = append(c.Tokens, Token{Span{int(t.from), int(t.to)}, t.kind.public(), p.tokText(t)})
		p.advance()
	}
}

// commandInput reads the query after <|. Its places are those of the whole text.
func (p *parser) commandInput() *Query {
	from := p.end()
	q := &Query{Text: p.text}
	before := len(p.diags)
	q.Statements = p.statements(nil)
	p.rest(q)
	q.invalid = len(p.diags) > before
	q.Span = Span{from, p.end()}
	return q
}

// public is the exported form of k.
func (k kind) public() TokenKind {
	switch {
	case k == kEOF:
		return TokenEOF
	case k == kIdent || k.isKeyword():
		return TokenIdent
	case k == kString:
		return TokenString
	case k == kLong || k == kReal:
		return TokenNumber
	case k == kTimespan:
		return TokenTimespan
	case k >= kBool && k <= kRawGUID:
		return TokenTyped
	case k == kBad || k == kDirective:
		return TokenBad
	}
	return TokenPunct
}
