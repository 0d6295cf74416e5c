package syntax

// WhereOp is `where cond` or `filter cond`.
type WhereOp struct {
	Span
	Params []*OperatorParam
	Cond   Expr
}

func (*WhereOp) operator() {}
