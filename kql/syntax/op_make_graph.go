package syntax

// MakeGraphOp is `make-graph source --> target with nodes on id, … partitioned-by column
// (subquery)`. Nodes, NodeID and PartitionedBy are nil if absent.
type MakeGraphOp struct {
	Span
	Params        []*OperatorParam
	Source        Expr
	Undirected    bool
	Target        Expr
	Nodes         []*GraphNodeTable
	NodeID        *Ident
	PartitionedBy Expr
	Subquery      Expr
}

// GraphNodeTable is one `table on column` of make-graph.
type GraphNodeTable struct {
	Span
	Table Expr
	On    Expr
}

func (*MakeGraphOp) operator() {}

func (p *parser) makeGraph() Operator {
	from := p.from()
	p.advance()
	o := &MakeGraphOp{Params: p.paramList(equalsParams)}
	column := func() Expr { return or(p.nameExpr(), func() Expr { return p.missingExpr("name") }) }
	o.Source = column()
	if !p.acceptText("-->") {
		if o.Undirected = p.acceptText("--"); !o.Undirected {
			p.report(expected(p.end(), "-->", "--"))
		}
	}
	o.Target = column()
	if p.accept(kwWithNodeID) {
		p.expect(kEqual, "=")
		o.NodeID = p.requiredName()
	} else if p.accept(kwWith) {
		o.Nodes = commas(p, list[*GraphNodeTable]{elem: p.graphNodeTable, missing: p.missingNodeTable,
			end: p.before(kwPartitionedBy), nonEmpty: true})
	}
	if p.accept(kwPartitionedBy) {
		o.PartitionedBy = or(p.simplePath(), func() Expr { return p.missingExpr("name") })
		p.expect(kLParen, "(")
		o.Subquery = p.contextualSubquery()
		p.close(kRParen)
	}
	o.Span = p.since(from)
	return o
}

func (p *parser) graphNodeTable() *GraphNodeTable {
	x := p.unary()
	if x == nil {
		return nil
	}
	p.expect(kwOn, "on")
	on := or(p.nameExpr(), func() Expr { return p.missingExpr("name") })
	return &GraphNodeTable{p.since(x.Pos()), x, on}
}

func (p *parser) missingNodeTable() *GraphNodeTable {
	x := p.missingPart("expression")
	return &GraphNodeTable{Span{x.Pos(), x.Pos()}, x, x}
}
