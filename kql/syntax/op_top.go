package syntax

// TopOp is `top n by X asc`.
type TopOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
	By     *OrderedExpr
}

func (*TopOp) operator() {}
