package syntax

// TakeOp is `take n` or `limit n`.
type TakeOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
}

func (*TakeOp) operator() {}
