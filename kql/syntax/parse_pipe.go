package syntax

// expr reads an expression with pipes, scalar or tabular, or nil. A single expression without
// pipes is itself; all else is a *PipeExpr.
func (p *parser) expr() Expr {
	from := p.from()
	var x Expr
	var op Operator
	if p.beginsOperator() {
		if x, op = p.sourceOperator(); op == nil && x == nil {
			x = p.unnamed()
		}
	} else if x = p.unnamed(); x == nil {
		x, op = p.sourceOperator()
	}
	switch {
	case op != nil:
		return p.piped(from, nil, []Operator{op})
	case x == nil:
		return nil
	case p.peek() == kBar:
		return p.piped(from, x, nil)
	}
	return x
}

// sourceOperator reads an operator at the beginning of a pipe, or an inline external table.
func (p *parser) sourceOperator() (Expr, Operator) {
	if p.peek() == kwInlineExternalTable {
		return p.inlineExternalTable(), nil
	}
	return nil, p.operator()
}

// piped reads the pipes behind a source or a first operator.
func (p *parser) piped(from int, source Expr, ops []Operator) Expr {
	ops = p.pipes(ops)
	return &PipeExpr{p.since(from), source, ops}
}

// pipes reads | op | op … and adds them to ops.
func (p *parser) pipes(ops []Operator) []Operator {
	for p.accept(kBar) {
		ops = append(ops, p.requiredOperator())
	}
	return ops
}

// subquery reads a pipe that begins with an operator, without a source.
func (p *parser) subquery() Expr {
	from := p.from()
	ops := p.pipes([]Operator{p.requiredOperator()})
	return &PipeExpr{Span{min(from, ops[0].Pos()), max(p.end(), ops[0].End())}, nil, ops}
}

// contextualSubquery is subquery that may also begin with a contextual datatable.
func (p *parser) contextualSubquery() Expr {
	if p.peek() != kwContextualDataTable {
		return p.subquery()
	}
	from := p.from()
	x := p.contextualDataTable()
	if p.peek() != kBar {
		return x
	}
	return p.piped(from, x, nil)
}

// optionalSubquery is subquery where an operator stands, else nil.
func (p *parser) optionalSubquery() Expr {
	from := p.from()
	op := p.operator()
	if op == nil {
		return nil
	}
	return p.piped(from, nil, []Operator{op})
}

// requiredOperator reads an operator and reports if there is none. A name in its place is
// taken for a misspelt one, and what follows it is skipped up to where an operator ends.
func (p *parser) requiredOperator() Operator {
	if op := p.operator(); op != nil {
		return op
	}
	if p.peek() == kwInlineExternalTable {
		if x, ok := p.inlineExternalTable().(*InlineExternalTableExpr); ok {
			return x
		}
	}
	if p.peek() != kIdent {
		at := p.end()
		p.report(operatorExpected(at, at, ""))
		return &BadOp{Span: Span{at, at}}
	}
	id := p.ident()
	if len(p.diags) < maxDiagnostics { // looking for what was meant takes time
		p.report(operatorExpected(id.From, id.To, id.Name))
	}
	p.skipOperator()
	return &BadOp{p.since(id.From), id.Name}
}

// skipOperator steps over all up to the next pipe, semicolon or closing mark, but not into
// the next statement.
func (p *parser) skipOperator() {
	depth := 0
	for {
		switch p.peek() {
		case kLParen, kLBracket, kLBrace:
			depth++
		case kRParen, kRBracket, kRBrace:
			if depth == 0 {
				return
			}
			depth--
		case kBar:
			if depth == 0 {
				return
			}
		case kSemicolon, kEOF:
			return
		}
		p.advance()
	}
}

// beginsOperator says whether what stands here is an operator rather than an expression:
// many operators' names can be names of columns and tables too.
func (p *parser) beginsOperator() bool {
	next := p.peekAt(1)
	anyParam := func() bool { _, n, _ := p.scanKnownParam(1); return n > 0 }
	switch p.peek() {
	case kwEvaluate:
		return p.scanName(1) > 0 || anyParam()
	case kwFacet:
		return next == kwBy
	case kwPartition, kwReduce:
		return next == kwBy || anyParam()
	case kwRange:
		n := p.scanName(1)
		return n > 0 && p.peekAt(1+n) == kwFrom
	case kwInlineExternalTable:
		return next == kLParen || next == kwKind
	case kwRender:
		return isName(p.tokAt(1)) || isChart(p.tokText(p.tokAt(1)))
	case kwAs, kwAssertSchema, kwExecuteAndCache, kwFind, kwGraphMatch, kwGraphToTable, kwInvoke, kwMacroExpand,
		kwMakeGraph, kwGraphMarkComponents, kwMakeSeries, kwMvApply, kwMvExpand, kwParseWhere, kwParseKv, kwPrint,
		kwProject, kwProjectAway, kwProjectKeep, kwProjectRename, kwProjectByNames, kwProjectReorder, kwSample,
		kwSampleDistinct, kwSearch, kwTopHitters, kwTopNested, kwUnion, kwWhere:
		return p.toks[p.pos].class != nameAlways
	}
	return false
}

// stringOp is the operator that k is, if it is one of those that compare strings.
func stringOp(k kind) (BinaryOp, bool) {
	switch k {
	case kEqualTilde:
		return OpEqTilde, true
	case kBangTilde:
		return OpNeTilde, true
	case kColon:
		return OpColon, true
	case kwHas:
		return OpHas, true
	case kwNotHas:
		return OpNotHas, true
	case kwHasCS:
		return OpHasCS, true
	case kwNotHasCS:
		return OpNotHasCS, true
	case kwHasPrefix:
		return OpHasPrefix, true
	case kwNotHasPrefix:
		return OpNotHasPrefix, true
	case kwHasPrefixCS:
		return OpHasPrefixCS, true
	case kwNotHasPrefixCS:
		return OpNotHasPrefixCS, true
	case kwHasSuffix:
		return OpHasSuffix, true
	case kwNotHasSuffix:
		return OpNotHasSuffix, true
	case kwHasSuffixCS:
		return OpHasSuffixCS, true
	case kwNotHasSuffixCS:
		return OpNotHasSuffixCS, true
	case kwContains:
		return OpContains, true
	case kwNotContains:
		return OpNotContains, true
	case kwContainsCS:
		return OpContainsCS, true
	case kwNotContainsCS:
		return OpNotContainsCS, true
	case kwStartsWith:
		return OpStartsWith, true
	case kwNotStartsWith:
		return OpNotStartsWith, true
	case kwStartsWithCS:
		return OpStartsWithCS, true
	case kwNotStartsWithCS:
		return OpNotStartsWithCS, true
	case kwEndsWith:
		return OpEndsWith, true
	case kwNotEndsWith:
		return OpNotEndsWith, true
	case kwEndsWithCS:
		return OpEndsWithCS, true
	case kwNotEndsWithCS:
		return OpNotEndsWithCS, true
	case kwMatchesRegex:
		return OpMatchesRegex, true
	case kwLike:
		return OpLike, true
	case kwNotLike:
		return OpNotLike, true
	case kwLikeCS:
		return OpLikeCS, true
	case kwNotLikeCS:
		return OpNotLikeCS, true
	}
	return 0, false
}
