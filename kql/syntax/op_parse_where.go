package syntax

// ParseWhereOp is `parse-where kind=… X with pattern`, with parts as in ParseOp.
type ParseWhereOp struct {
	Span
	Params  []*OperatorParam
	X       Expr
	Pattern []Expr
}

func (*ParseWhereOp) operator() {}
