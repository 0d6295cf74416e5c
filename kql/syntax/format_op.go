package syntax

// operator lays out what stands within an operator. One that is too long for a line gets its
// columns or conditions on lines of their own.
func (f *formatter) operator(op Operator, indent int, long bool) {
	inner := indent + indentStep
	if long && !f.hasSubquery(op) {
		f.breakUp(op, inner)
	}
	switch op := op.(type) {
	case *MacroExpandOp:
		f.node(op.Group, indent, inner)
		f.statements(op.Body, inner)
		return
	case *ScanOp:
		for _, s := range op.Steps {
			f.indent(s, inner+indentStep)
			f.breakAt(s.From, inner)
		}
		if len(op.Steps) > 0 {
			f.breakAt(op.To-1, indent)
		}
	case *ForkOp:
		for _, b := range op.Branches {
			f.indent(b, inner+indentStep)
			f.breakAt(b.From, inner)
			f.enclosed(b.X, inner, inner)
		}
		return
	}
	children(op, func(c Node) { f.node(c, indent, inner) })
}

// hasSubquery says whether a pipe stands within op, which then has lines of its own anyway.
func (f *formatter) hasSubquery(op Operator) bool {
	found := false
	Walk(op, func(n Node) bool {
		if p, ok := n.(*PipeExpr); ok && f.isLong(p) {
			found = true
		}
		return !found
	})
	return found
}

// breakUp begins lines with the parts of an operator that is too long for one.
func (f *formatter) breakUp(op Operator, indent int) {
	switch op := op.(type) {
	case *WhereOp:
		f.conditions(op.Cond, indent)
	case *ExtendOp:
		breakList(f, op.Exprs, indent)
	case *ProjectOp:
		breakList(f, op.Exprs, indent)
	case *ProjectAwayOp:
		breakList(f, op.Columns, indent)
	case *ProjectKeepOp:
		breakList(f, op.Columns, indent)
	case *ProjectRenameOp:
		breakList(f, op.Exprs, indent)
	case *ProjectReorderOp:
		breakList(f, op.Columns, indent)
	case *DistinctOp:
		breakList(f, op.Exprs, indent)
	case *PrintOp:
		breakList(f, op.Exprs, indent)
	case *SummarizeOp:
		breakList(f, op.Aggs, indent)
		if len(op.By) > 0 {
			f.breakToken(f.at(op.By[0].From)-1, indent)
			if from, to := f.at(op.By[0].From), f.at(op.To); f.width(from, to)+indent > lineWidth {
				breakList(f, op.By, indent+indentStep)
			}
		}
	}
}

// conditions begins a line with each and, or of the outermost chain.
func (f *formatter) conditions(e Expr, indent int) {
	b, ok := e.(*BinaryExpr)
	if !ok || b.Op != OpAnd && b.Op != OpOr {
		return
	}
	for op := b.Op; ok && b.Op == op; b, ok = b.X.(*BinaryExpr) {
		f.breakToken(f.at(b.Y.Pos())-1, indent)
	}
}

// spacing marks the tokens that have a blank on both sides: operators between operands, the
// equal sign behind a column's name, and bars.
func (f *formatter) spacing(q *Query) {
	before := func(offset int) {
		if i := f.at(offset) - 1; i > 0 {
			f.spaces[i] = true
		}
	}
	Walk(q, func(n Node) bool {
		switch n := n.(type) {
		case *BinaryExpr:
			if n.Op != OpColon {
				before(n.Y.Pos())
			}
		case *InExpr:
			f.spaces[f.at(n.X.End())] = true
		case *BetweenExpr:
			f.spaces[f.at(n.X.End())] = true
			before(n.Hi.Pos())
		case *NamedExpr:
			if len(n.Names) > 0 {
				before(n.X.Pos())
			}
		case *LetStmt:
			before(n.Value.Pos())
		case *PipeExpr:
			for i, op := range n.Ops {
				if i > 0 || n.Source != nil {
					before(op.Pos())
				}
			}
		case *CommandStmt:
			for _, op := range n.Pipe {
				before(op.Pos())
			}
		}
		return true
	})
}
