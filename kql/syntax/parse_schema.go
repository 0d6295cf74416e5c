package syntax

// scalarTypes are the type names that declarations take; oldTypes those that only typeof
// takes too.
func isScalarType(name string) bool {
	switch name {
	case "bool", "boolean", "date", "datetime", "decimal", "double", "dynamic", "guid", "int", "int64", "int8",
		"long", "real", "string", "time", "timespan", "uniqueid":
		return true
	}
	return false
}

func isOldType(name string) bool {
	switch name {
	case "float", "int16", "int32", "uint", "uint16", "uint32", "uint64", "uint8", "ulong":
		return true
	}
	return false
}

// scanType says whether the token at i is a type's name; old types count if old.
func (p *parser) scanType(i int, old bool) bool {
	t := p.tokAt(i)
	if !t.kind.isKeyword() {
		return false
	}
	w := p.tokText(t)
	return isScalarType(w) || old && isOldType(w)
}

func (p *parser) typeRef() *TypeRef {
	t := p.advance()
	return &TypeRef{Span{int(t.from), int(t.to)}, p.tokText(t)}
}

// requiredType reads a type; old types are right if old. A name that is no type is reported
// and taken for one.
func (p *parser) requiredType(old bool) *TypeRef {
	if p.scanType(0, old) {
		return p.typeRef()
	}
	if p.scanType(0, true) || isName(p.toks[p.pos]) {
		t := p.typeRef()
		p.report(invalidType(t.From, t.To, t.Name))
		return t
	}
	e := p.missingPart("type name")
	return &TypeRef{Span: Span{e.Pos(), e.Pos()}}
}

// columnDecl reads name:type, or nil.
func (p *parser) columnDecl() *ColumnDecl {
	c := &ColumnDecl{}
	if c.Name = p.declaredName(); c.Name != nil {
		p.expect(kColon, ":")
		if p.peek() == kLParen {
			c.Schema = p.tableType()
		} else {
			c.Type = p.requiredType(false)
		}
	} else if p.peek() == kColon {
		c.Name = p.missingName()
		p.advance()
		c.Type = p.requiredType(false)
	} else {
		return nil
	}
	c.Span = p.since(c.Name.From)
	return c
}

func (p *parser) missingColumnDecl() *ColumnDecl {
	e := p.missingPart("parameter")
	at := Span{e.Pos(), e.Pos()}
	return &ColumnDecl{Span: at, Name: &Ident{Span: at}}
}

// columnDecls reads declarations up to a closing mark; a comma may end them.
func (p *parser) columnDecls(nonEmpty bool) []*ColumnDecl {
	return commas(p, list[*ColumnDecl]{elem: p.columnDecl, missing: p.missingColumnDecl, end: p.atListEnd,
		nonEmpty: nonEmpty, trailing: true})
}

// tableType reads the type of a tabular parameter: (*) or (a:long, …).
func (p *parser) tableType() *SchemaDecl {
	from := p.from()
	p.advance()
	s := &SchemaDecl{}
	if p.accept(kStar) {
		s.Open = true
	} else {
		s.Columns = p.columnDecls(false)
	}
	p.close(kRParen)
	s.Span = p.since(from)
	return s
}

// rowSchema reads the columns of a table in parentheses; a comma may stand first.
func (p *parser) rowSchema(nonEmpty bool) *SchemaDecl {
	if p.peek() != kLParen {
		e := p.missingPart("schema declaration")
		return &SchemaDecl{Span: Span{e.Pos(), e.Pos()}}
	}
	from := p.from()
	p.advance()
	p.accept(kComma)
	s := &SchemaDecl{Columns: p.columnDecls(nonEmpty)}
	p.close(kRParen)
	s.Span = p.since(from)
	return s
}

// typeOf reads typeof(…), or nil.
func (p *parser) typeOf() Expr {
	if e := p.typeOfLit(); e != nil {
		return e
	}
	return nil
}

func (p *parser) typeOfLit() *TypeOfExpr {
	if p.peek() != kwTypeOf || p.peekAt(1) != kLParen {
		return nil
	}
	from := p.from()
	p.pos += 2
	e := &TypeOfExpr{}
	switch {
	case p.scanType(0, true) || p.peek() == kIdent && p.peekAt(1) == kRParen:
		e.Type = p.typeRef()
	default:
		e.Schema = p.typeOfSchema()
	}
	p.close(kRParen)
	e.Span = p.since(from)
	return e
}

// typeOfSchema reads the columns of typeof(a:long, *); the star may stand anywhere.
func (p *parser) typeOfSchema() *SchemaDecl {
	s := &SchemaDecl{}
	from := p.end() // as something may be missing right here
	elem := func() Expr {
		if p.peek() == kStar {
			t := p.advance()
			return &StarExpr{Span{int(t.from), int(t.to)}}
		}
		if c := p.columnDecl(); c != nil {
			return c
		}
		return nil
	}
	missing := func() Expr { return p.missingPart("type name") }
	for _, e := range commas(p, list[Expr]{elem: elem, missing: missing, end: p.atListEnd}) {
		switch e := e.(type) {
		case *StarExpr:
			s.Open = true
		case *ColumnDecl:
			s.Columns = append(s.Columns, e)
		}
	}
	s.Span = p.since(from)
	return s
}

// funcParam reads name:type = default, or nil.
func (p *parser) funcParam() *FuncParam {
	c := p.columnDecl()
	if c == nil {
		return nil
	}
	f := &FuncParam{Name: c.Name, Type: c.Type, Schema: c.Schema}
	if p.accept(kEqual) {
		f.Default = p.literal()
		if f.Default == nil && isName(p.toks[p.pos]) {
			f.Default = p.ident()
		}
		f.Default = or(f.Default, p.exprMissing)
	}
	f.Span = p.since(c.From)
	return f
}

func (p *parser) missingParam() *FuncParam {
	c := p.missingColumnDecl()
	return &FuncParam{Span: c.Span, Name: c.Name}
}

// funcParams reads parameters up to a closing mark.
func (p *parser) funcParams(nonEmpty bool) []*FuncParam {
	return commas(p, list[*FuncParam]{elem: p.funcParam, missing: p.missingParam, end: p.atListEnd, nonEmpty: nonEmpty})
}
