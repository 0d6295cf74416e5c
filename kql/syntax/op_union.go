package syntax

// UnionOp is `union kind=… tables`; a table may be a wildcard.
type UnionOp struct {
	Span
	Params []*OperatorParam
	Tables []Expr
}

func (*UnionOp) operator() {}
