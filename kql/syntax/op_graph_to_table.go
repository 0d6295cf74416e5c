package syntax

// GraphToTableOp is `graph-to-table nodes as N with_node_id=… , edges as E …`.
type GraphToTableOp struct {
	Span
	Outputs []*GraphOutput
}

// GraphOutput is one table that graph-to-table makes. Nodes is false for edges. As is nil if
// absent.
type GraphOutput struct {
	Span
	Nodes  bool
	As     *Ident
	Params []*OperatorParam
}

func (*GraphToTableOp) operator() {}

func (p *parser) graphToTable() Operator {
	from := p.from()
	p.advance()
	missing := func() *GraphOutput {
		p.report(missingGraphOutput(p.end()))
		return &GraphOutput{Span: Span{p.end(), p.end()}}
	}
	o := &GraphToTableOp{}
	o.Outputs = commas(p, list[*GraphOutput]{elem: p.graphOutput, missing: missing, nonEmpty: true})
	o.Span = p.since(from)
	return o
}

func (p *parser) graphOutput() *GraphOutput {
	from := p.from()
	params := graphEdgesParams
	o := &GraphOutput{}
	switch p.peek() {
	case kwNodes:
		o.Nodes = true
		params = graphNodesParams
	case kwEdges:
	default:
		return nil
	}
	p.advance()
	if p.accept(kwAs) {
		o.As = p.requiredName()
	}
	o.Params = p.paramList(params)
	o.Span = p.since(from)
	return o
}
