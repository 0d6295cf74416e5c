package syntax

// FindOp is `find withsource=… in (tables) where cond project columns`. Scope, In, Project and
// ProjectAway are nil if absent.
type FindOp struct {
	Span
	Scope       *Ident
	Params      []*OperatorParam
	In          []Expr
	Cond        Expr
	Project     []Expr
	Smart       bool
	ProjectAway []Expr
}

func (*FindOp) operator() {}

func (p *parser) find() Operator {
	from := p.from()
	p.advance()
	o := &FindOp{Scope: p.dataScope(), Params: p.paramList(anyParams)}
	in := p.peek() == kwIn
	o.In = p.inTables()
	if len(o.Params) > 0 || in {
		p.expect(kwWhere, "where")
	} else {
		p.accept(kwWhere)
	}
	o.Cond = p.operand(p.unnamed)
	if p.accept(kwProject) {
		o.Project = p.findColumns()
	} else {
		o.Smart = p.accept(kwProjectSmart)
	}
	if p.accept(kwUnderscoreProjectAway) {
		o.ProjectAway = p.findColumns()
	}
	o.Span = p.since(from)
	return o
}

// inTables reads in (tables), or nil.
func (p *parser) inTables() []Expr {
	if !p.accept(kwIn) {
		return nil
	}
	p.expect(kLParen, "(")
	out := p.exprs(func() Expr { return p.longest(p.tableAs, p.wildcardEntity) }, true)
	p.close(kRParen)
	return out
}

// tableAs reads a name, perhaps with | as name, or nil.
func (p *parser) tableAs() Expr {
	from := p.from()
	e := p.bracketedEntity()
	if e == nil {
		e = p.bareSelector()
	}
	if e == nil || !p.accept(kBar) {
		return e
	}
	var op Operator
	if p.peek() == kwAs {
		op = p.as()
	} else {
		at := p.end()
		p.report(operatorExpected(at, at, ""))
		op = &BadOp{Span: Span{at, at}}
	}
	return &PipeExpr{p.since(from), e, []Operator{op}}
}

func (p *parser) findColumns() []Expr {
	return commas(p, list[Expr]{elem: p.findColumn, missing: p.exprMissing, nonEmpty: true})
}

// findColumn reads pack(*) or pack_all(), *, a name, or name:type (a *ColumnDecl); or nil.
func (p *parser) findColumn() Expr {
	switch p.peek() {
	case kwPack:
		e := &CallExpr{Name: p.ident()}
		p.expect(kLParen, "(")
		if p.peek() == kStar {
			e.Args = []Expr{p.star()}
		} else {
			p.report(expected(p.end(), "*"))
		}
		p.close(kRParen)
		e.Span = p.since(e.Name.From)
		return e
	case kStar:
		return p.star()
	}
	n := p.name()
	if n == nil {
		return nil
	}
	if n.Name == "pack_all" && p.accept(kLParen) {
		p.close(kRParen)
		return &CallExpr{Span: p.since(n.From), Name: n}
	}
	if p.accept(kColon) {
		t := p.requiredType(true)
		return &ColumnDecl{Span: p.since(n.From), Name: n, Type: t}
	}
	return n
}
