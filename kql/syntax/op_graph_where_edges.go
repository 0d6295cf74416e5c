package syntax

// GraphWhereEdgesOp is `graph-where-edges cond`.
type GraphWhereEdgesOp struct {
	Span
	Cond Expr
}

func (*GraphWhereEdgesOp) operator() {}
