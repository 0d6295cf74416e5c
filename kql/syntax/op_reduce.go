package syntax

// ReduceOp is `reduce by X with name=value, …`.
type ReduceOp struct {
	Span
	Params []*OperatorParam
	By     Expr
	With   []*OperatorParam
}

func (*ReduceOp) operator() {}
