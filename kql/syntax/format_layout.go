package syntax

// The layout: where lines begin, and by how much they are indented.

func (f *formatter) query(q *Query) {
	f.spacing(q)
	for _, d := range q.Directives {
		f.breakAt(d.From, 0)
	}
	f.statements(q.Statements, 0)
}

func (f *formatter) statements(list []Statement, indent int) {
	for _, s := range list {
		f.indent(s, indent+indentStep)
		f.breakAt(s.Pos(), indent)
		f.statement(s, indent)
	}
}

func (f *formatter) statement(s Statement, indent int) {
	switch s := s.(type) {
	case *ExprStmt:
		f.tabular(s.X, indent)
	case *LetStmt:
		f.let(s, indent)
	case *CommandStmt:
		f.command(s, indent)
	case *PatternStmt:
		if s.Decl != nil {
			for _, m := range s.Decl.Matches {
				f.indent(m, indent+2*indentStep)
				f.breakAt(m.From, indent+indentStep)
				f.body(m.Body, indent+indentStep)
			}
			f.breakAt(s.Decl.To-1, indent)
		}
	default:
		f.inner(s, indent, indent)
	}
}

func (f *formatter) let(s *LetStmt, indent int) {
	switch v := s.Value.(type) {
	case *FuncDecl:
		f.body(v.Body, indent)
	case *PipeExpr:
		if f.isLong(v) {
			f.breakAt(v.From, indent+indentStep)
			f.pipe(v, indent+indentStep)
			return
		}
		f.inline(v, indent)
	case *MaterializeExpr:
		f.enclosed(v.X, indent, indent)
	default:
		f.node(s.Value, indent, indent)
	}
}

// command leaves the command's own words as they are.
func (f *formatter) command(s *CommandStmt, indent int) {
	for i, to := f.at(s.From)+1, f.at(s.From+len(s.Text)); i < to; i++ {
		f.raw[i] = true
	}
	f.ops(s.Pipe, indent, true)
	if s.Input != nil {
		f.statements(s.Input.Statements, indent)
	}
}

// body lays out a function's body: in lines of its own, unless it is short.
func (f *formatter) body(b *FuncBody, indent int) {
	from, to := f.tokens(b)
	if len(b.Statements) == 0 && !f.isLong(b.Result) && f.width(from, to)+indent < lineWidth/2 {
		if b.Result != nil {
			f.node(b.Result, indent, indent)
		}
		return
	}
	f.statements(b.Statements, indent+indentStep)
	if b.Result != nil {
		f.indent(b.Result, indent+2*indentStep)
		f.breakAt(b.Result.Pos(), indent+indentStep)
		f.tabular(b.Result, indent+indentStep)
	}
	f.breakAt(b.To-1, indent)
}

// isLong says whether e is a pipe that deserves a line for each operator: one that is not
// short, or that holds another such.
func (f *formatter) isLong(e Expr) bool {
	p, ok := e.(*PipeExpr)
	if !ok || len(p.Ops) == 1 && p.Source == nil {
		return false
	}
	from, to := f.tokens(p)
	return f.width(from, to) > lineWidth/2
}

// tabular lays out e at the beginning of a line.
func (f *formatter) tabular(e Expr, indent int) {
	if p, ok := e.(*PipeExpr); ok {
		f.pipe(p, indent)
		return
	}
	f.node(e, indent, indent)
}

// inline lays out a pipe that fits on the line.
func (f *formatter) inline(p *PipeExpr, indent int) {
	children(p, func(c Node) { f.node(c, indent, indent) })
}

// pipe puts each operator on a line.
func (f *formatter) pipe(p *PipeExpr, indent int) {
	if p.Source != nil {
		f.node(p.Source, indent, indent)
	}
	f.ops(p.Ops, indent, p.Source != nil)
}

// ops lays out operators; barred says whether a bar stands before the first one.
func (f *formatter) ops(ops []Operator, indent int, barred bool) {
	for i, op := range ops {
		f.indent(op, indent+indentStep)
		from, to := f.tokens(op)
		if i > 0 || barred {
			f.breakToken(from-1, indent)
		} else {
			f.indents[from] = indent
		}
		f.operator(op, indent, f.width(from, to)+indent > lineWidth)
	}
}

// node lays out what stands within an expression: subqueries and bodies. Subqueries are
// indented more than indent; the mark that ends them by end.
func (f *formatter) node(n Node, indent, end int) {
	switch n := n.(type) {
	case *PipeExpr:
		if f.isLong(n) {
			f.enclosed(n, indent, end)
		} else {
			f.inline(n, indent)
		}
	case *DataTableExpr:
		f.dataTable(n, indent)
	case *FuncBody:
		f.body(n, indent)
	default:
		f.inner(n, indent, end)
	}
}

func (f *formatter) inner(n Node, indent, end int) {
	children(n, func(c Node) { f.node(c, indent, end) })
}

// enclosed lays out an expression in brackets: if it is a pipe, on lines of its own.
func (f *formatter) enclosed(e Expr, indent, end int) {
	p, ok := e.(*PipeExpr)
	if !ok || !f.isLong(p) {
		f.node(e, indent, end)
		return
	}
	from, to := f.tokens(p)
	f.indent(p, indent+2*indentStep)
	if k := f.kindAt(from - 1); k == kLParen || k == kLBrace {
		f.breakToken(from, indent+indentStep)
		if k := f.kindAt(to); k == kRParen || k == kRBrace {
			f.breakToken(to, end)
		}
	}
	f.pipe(p, indent+indentStep)
}

func (f *formatter) kindAt(i int) kind {
	if i < 0 || i >= len(f.toks) {
		return kEOF
	}
	return f.toks[i].kind
}

// dataTable puts each row on a line, if there are several.
func (f *formatter) dataTable(d *DataTableExpr, indent int) {
	columns := 0
	if d.Schema != nil {
		columns = len(d.Schema.Columns)
	}
	from, to := f.tokens(d)
	if columns == 0 || len(d.Values) <= columns || f.width(from, to)+indent <= lineWidth/2 {
		return
	}
	for i := 0; i < len(d.Values); i += columns {
		f.breakAt(d.Values[i].Pos(), indent+indentStep)
	}
	open := f.at(d.Values[0].Pos())
	for i := open; i < to; i++ {
		if !f.breaks[i] {
			f.indents[i] = indent + 2*indentStep
		}
	}
	f.breakToken(to-1, indent)
}
