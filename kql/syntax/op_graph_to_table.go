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
