package syntax

// JoinOp is `join kind=… (right) on columns`, or `… where cond` in place of on.
type JoinOp struct {
	Span
	Params []*OperatorParam
	Right  Expr
	On     []Expr
	Where  Expr
}

func (*JoinOp) operator() {}
