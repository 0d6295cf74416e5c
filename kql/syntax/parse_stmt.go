package syntax

// directives skips # lines at the beginning; tools use them, the engine does not.
func (p *parser) directives(q *Query) {
	for p.peek() == kDirective {
		t := p.advance()
		q.Directives = append(q.Directives, Span{int(t.from), int(t.to)})
	}
}

// statements reads statements up to what is none and adds them to out. In the body of
// macro-expand, as everywhere, semicolons stand between them.
func (p *parser) statements(out []Statement) []Statement {
	s := p.statement()
	for s != nil {
		out = append(out, s)
		at := p.pos
		if p.accept(kSemicolon) {
			s = p.statement()
			continue
		}
		end := p.end()
		if s = p.statement(); s != nil {
			p.report(expected(end, "|", ";"))
		}
		if p.pos == at {
			break
		}
	}
	return out
}

// rest takes up what the statements left over: it is reported once, and then pipes and
// statements that follow are read, so that their errors come to light too.
func (p *parser) rest(q *Query) {
	for p.peek() != kEOF {
		t := p.advance()
		if t.kind != kBad { // reported already
			p.report(incompleteFragment(int(t.from), int(t.to)))
		}
		bad := &BadStmt{Span{int(t.from), int(t.to)}}
		for k := p.peek(); k != kEOF && k != kSemicolon && k != kBar; k = p.peek() {
			p.advance()
		}
		bad.To = p.end()
		q.Statements = append(q.Statements, bad)
		switch {
		case p.accept(kSemicolon):
			q.Statements = p.statements(q.Statements)
		case p.peek() == kBar:
			from := p.from()
			ops := p.pipes(nil)
			x := &PipeExpr{p.since(from), &BadExpr{Span{from, from}}, ops}
			q.Statements = append(q.Statements, &ExprStmt{x.Span, x})
			if p.accept(kSemicolon) {
				q.Statements = p.statements(q.Statements)
			}
		}
	}
}

// statement reads a statement, or nil.
func (p *parser) statement() Statement {
	switch k := p.peek(); {
	case k == kwAlias && p.peekAt(1) == kwDatabase:
		return p.alias()
	case k == kwLet && (p.scanName(1) > 0 || p.peekAt(1) == kEqual):
		return p.let()
	case k == kwSet:
		return p.set()
	case k == kwDeclare && p.peekAt(1) == kwPattern:
		return p.pattern()
	case k == kwDeclare && p.peekAt(1) == kwQueryParameters:
		return p.queryParameters()
	case k == kwRestrict && p.peekAt(1) == kwAccess:
		return p.restrict()
	}
	if x := p.expr(); x != nil {
		return &ExprStmt{Span{x.Pos(), x.End()}, x}
	}
	return nil
}

func (p *parser) alias() Statement {
	from := p.from()
	p.pos += 2
	s := &AliasStmt{Name: p.requiredName()}
	p.expect(kEqual, "=")
	s.Value = p.operand(p.unnamed)
	s.Span = p.since(from)
	return s
}

func (p *parser) let() Statement {
	from := p.from()
	p.advance()
	s := &LetStmt{Name: p.requiredName()}
	p.expect(kEqual, "=")
	switch {
	case p.peek() == kwMaterialize:
		s.Value = p.materialize()
	case p.peek() == kwEntityGroup:
		s.Value = p.entityGroup()
	case p.beginsFunc():
		s.Value = p.funcDecl()
	default:
		s.Value = p.operand(p.expr)
	}
	s.Span = p.since(from)
	return s
}

func (p *parser) set() Statement {
	from := p.from()
	p.advance()
	s := &SetStmt{Name: p.requiredName()}
	if p.accept(kEqual) {
		s.Value = p.operand(p.unnamed)
	}
	s.Span = p.since(from)
	return s
}

func (p *parser) queryParameters() Statement {
	from := p.from()
	p.advance()
	p.expect(kwQueryParameters, "query_parameters")
	p.expect(kLParen, "(")
	s := &QueryParametersStmt{Params: p.funcParams(true)}
	p.close(kRParen)
	s.Span = p.since(from)
	return s
}

func (p *parser) restrict() Statement {
	from := p.from()
	p.pos += 2
	p.expect(kwTo, "to")
	p.expect(kLParen, "(")
	entity := func() Expr { return p.longest(p.wildcardEntity, p.nameExpr) }
	s := &RestrictStmt{Entities: p.exprs(entity, true)}
	p.close(kRParen)
	s.With = p.properties()
	s.Span = p.since(from)
	return s
}

func (p *parser) pattern() Statement {
	from := p.from()
	p.pos += 2
	s := &PatternStmt{Name: p.requiredName()}
	if p.peek() == kEqual {
		s.Decl = p.patternDecl()
	}
	s.Span = p.since(from)
	return s
}

func (p *parser) patternDecl() *PatternDecl {
	p.advance()
	from := p.from()
	if p.peek() != kLParen {
		from = p.end() // what is missing stands here
	}
	d := &PatternDecl{}
	p.expect(kLParen, "(")
	d.Params = commas(p, list[*ColumnDecl]{elem: p.columnDecl, missing: p.missingColumnDecl, end: p.atListEnd})
	p.close(kRParen)
	if p.accept(kLBracket) {
		if d.Path = p.columnDecl(); d.Path == nil {
			d.Path = p.missingColumnDecl()
		}
		p.close(kRBracket)
	}
	p.expect(kLBrace, "{")
	for p.peek() == kLParen {
		d.Matches = append(d.Matches, p.patternMatch())
	}
	if len(d.Matches) == 0 {
		p.report(missing(p.end(), "pattern match"))
	}
	p.close(kRBrace)
	d.Span = p.since(from)
	return d
}

func (p *parser) patternMatch() *PatternMatch {
	from := p.from()
	p.advance()
	m := &PatternMatch{}
	m.Values = commas(p, list[Expr]{elem: p.unnamed, missing: func() Expr { return p.missingPart("string") },
		end: p.atListEnd, nonEmpty: true})
	p.close(kRParen)
	if p.accept(kDot) {
		p.expect(kLBracket, "[")
		m.Path = or(p.literal(), func() Expr { return p.missingPart("string") })
		p.close(kRBracket)
	}
	p.expect(kEqual, "=")
	m.Body = p.funcBody(false)
	p.expect(kSemicolon, ";")
	m.Span = p.since(from)
	return m
}
