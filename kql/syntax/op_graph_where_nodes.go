package syntax

// GraphWhereNodesOp is `graph-where-nodes cond`.
type GraphWhereNodesOp struct {
	Span
	Cond Expr
}

func (*GraphWhereNodesOp) operator() {}
