package syntax

// The constructs that make a table out of text.

func (p *parser) dataTable() Expr {
	from := p.from()
	p.advance()
	e := &DataTableExpr{Params: p.paramList(anyParams), Schema: p.rowSchema(false)}
	p.expect(kLBracket, "[")
	p.accept(kComma)
	e.Values = commas(p, list[Expr]{elem: p.literal, missing: func() Expr { return p.missingPart("value") },
		end: p.atListEnd, trailing: true})
	p.close(kRBracket)
	e.Span = p.since(from)
	return e
}

func (p *parser) contextualDataTable() Expr {
	from := p.from()
	p.advance()
	e := &ContextualDataTableExpr{}
	if e.ID = p.literal(); e.ID == nil {
		e.ID = p.operand(p.unnamed)
	}
	e.Schema = p.rowSchema(false)
	e.Span = p.since(from)
	return e
}

func (p *parser) externalData() Expr {
	from := p.from()
	p.advance()
	e := &ExternalDataExpr{Params: p.paramList(anyParams), Schema: p.rowSchema(false)}
	p.expect(kLBracket, "[")
	e.URIs = p.connections()
	p.close(kRBracket)
	e.With = p.properties()
	e.Span = p.since(from)
	return e
}

func (p *parser) connections() []Expr {
	return commas(p, list[Expr]{elem: p.expr, missing: func() Expr { return p.missingPart("value") },
		end: p.atListEnd, trailing: true})
}

// inlineExternalTable reads inline_external_table …, or nil where the word is a name.
func (p *parser) inlineExternalTable() Expr {
	if p.peekAt(1) != kwKind && !p.scanTableSchema(1) {
		return nil
	}
	from := p.from()
	p.advance()
	e := &InlineExternalTableExpr{Params: p.paramList(declareParams)}
	if p.scanTableSchema(0) {
		e.Schema = p.rowSchema(true)
	}
	e.Kind = p.tableKind()
	delta := e.Kind != nil && e.Kind.Name == "delta"
	if e.Schema == nil && !delta {
		e.Schema = &SchemaDecl{Span: Span{p.end(), p.end()}}
		p.report(missing(p.end(), "schema declaration"))
	}
	e.Partitions = p.partitionColumns()
	e.PathFormat = p.pathFormat()
	e.DataFormat = p.dataFormat(delta)
	if p.accept(kLParen) {
		e.Connections = p.connections()
		p.close(kRParen)
	} else {
		p.report(missingConnections(p.end()))
	}
	e.With = p.properties()
	e.Span = p.since(from)
	return e
}

// scanTableSchema says whether a declaration of columns in parentheses stands at i.
func (p *parser) scanTableSchema(i int) bool {
	if p.peekAt(i) != kLParen {
		return false
	}
	for {
		i++
		switch p.peekAt(i) {
		case kColon, kEOF:
			return true
		case kRParen:
			return false
		}
	}
}

func (p *parser) tableKind() *Ident {
	if !p.accept(kwKind) {
		p.report(missingTableKind(p.end()))
		return nil
	}
	p.expect(kEqual, "=")
	return p.oneOf("storage", "delta")
}

func (p *parser) partitionColumns() []*PartitionColumn {
	if !p.accept(kwPartition) {
		return nil
	}
	p.expect(kwBy, "by")
	p.expect(kLParen, "(")
	p.accept(kComma)
	missing := func() *PartitionColumn {
		e := p.missingPart("partition column")
		at := Span{e.Pos(), e.Pos()}
		return &PartitionColumn{Span: at, Name: &Ident{Span: at}, Type: &TypeRef{Span: at}}
	}
	out := commas(p, list[*PartitionColumn]{elem: p.partitionColumn, missing: missing, end: p.atListEnd, trailing: true})
	p.close(kRParen)
	return out
}

func (p *parser) partitionColumn() *PartitionColumn {
	from := p.from()
	c := &PartitionColumn{Name: p.declaredName()}
	if c.Name == nil {
		c.Name = &Ident{Span: Span{from, from}}
	}
	p.expect(kColon, ":")
	c.Type = p.typeRef()
	if w := c.Type.Name; w != "datetime" && w != "long" && w != "string" {
		p.report(wrongPartitionType(c.Type.From, c.Type.To))
	}
	if p.accept(kEqual) {
		c.Value = p.unnamed()
	}
	c.Span = p.since(c.Name.From)
	return c
}

// pathFormat reads pathformat=(…): strings between references to partition columns.
func (p *parser) pathFormat() []Expr {
	if !p.accept(kwPathFormat) {
		return nil
	}
	p.expect(kEqual, "=")
	p.expect(kLParen, "(")
	var out []Expr
	str := func() {
		if p.peek() == kString {
			out = append(out, p.oneString())
		}
	}
	str()
	n := 0
	for ; !p.atListEnd(); n++ {
		from := p.from()
		if e := p.pathColumn(); e != nil {
			out = append(out, e)
			str()
			continue
		}
		p.advance()
		p.report(unknownPathFormat(from, p.end()))
	}
	if n == 0 {
		p.report(missingPathFormat(p.end()))
	}
	p.close(kRParen)
	return out
}

// pathColumn reads a column or datetime_pattern('…', column), or nil.
func (p *parser) pathColumn() Expr {
	if p.peek() != kwDateTimePattern {
		return p.nameExpr()
	}
	e := &CallExpr{Name: p.ident()}
	p.expect(kLParen, "(")
	if p.peek() == kString {
		e.Args = append(e.Args, p.oneString())
	}
	p.expect(kComma, ",")
	if n := p.nameExpr(); n != nil {
		e.Args = append(e.Args, n)
	}
	p.close(kRParen)
	e.Span = p.since(e.Name.From)
	return e
}

func (p *parser) dataFormat(optional bool) *Ident {
	if !p.accept(kwDataFormat) {
		if !optional {
			p.report(missingDataFormat(p.end()))
		}
		return nil
	}
	p.expect(kEqual, "=")
	if p.peek() == kIdent {
		return p.ident()
	}
	p.report(expected(p.end(), "a format such as csv"))
	return nil
}

func (p *parser) materializedViewCombine() Expr {
	from := p.from()
	p.advance()
	e := &MaterializedViewCombineExpr{}
	inParens := func(read func() Expr) Expr {
		p.expect(kLParen, "(")
		x := p.operand(read)
		p.close(kRParen)
		return x
	}
	clause := func(word string, read func() Expr) Expr {
		if !p.acceptText(word) {
			return p.missingPart(word + " clause")
		}
		return inParens(read)
	}
	e.View = inParens(p.expr)
	e.Base = clause("base", p.expr)
	e.Delta = clause("delta", p.expr)
	e.Aggregates = clause("aggregations", p.summarizeExpr)
	e.Span = p.since(from)
	return e
}

// summarizeExpr reads a summarize operator that stands alone, or nil.
func (p *parser) summarizeExpr() Expr {
	if p.peek() != kwSummarize {
		return nil
	}
	op := p.summarize()
	return &PipeExpr{Span: Span{op.Pos(), op.End()}, Ops: []Operator{op}}
}

func (p *parser) toScalar() Expr {
	from := p.from()
	p.advance()
	e := &ToScalarExpr{Params: p.kindParam()}
	e.X = p.inParens()
	e.Span = p.since(from)
	return e
}

func (p *parser) toTable() Expr {
	from := p.from()
	p.advance()
	e := &ToTableExpr{Params: p.kindParam()}
	e.X = p.inParens()
	e.Span = p.since(from)
	return e
}

// kindParam reads kind=…, alone.
func (p *parser) kindParam() []*OperatorParam {
	if o := p.namedParam("kind", param{words: []string{"nooptimization"}}); o != nil {
		return []*OperatorParam{o}
	}
	return nil
}

// inParens reads an expression in parentheses.
func (p *parser) inParens() Expr {
	p.expect(kLParen, "(")
	x := p.operand(p.expr)
	p.close(kRParen)
	return x
}

func (p *parser) materialize() Expr {
	from := p.from()
	p.advance()
	x := p.inParens()
	return &MaterializeExpr{p.since(from), x}
}

// entityGroup reads entity_group [entities] or the call entity_group(…), or nil.
func (p *parser) entityGroup() Expr {
	if p.peek() != kwEntityGroup {
		return nil
	}
	if e := p.call(); e != nil {
		return e
	}
	from := p.from()
	p.advance()
	p.expect(kLBracket, "[")
	e := &EntityGroupExpr{Entities: p.exprs(p.unnamed, true)}
	p.close(kRBracket)
	e.Span = p.since(from)
	return e
}
