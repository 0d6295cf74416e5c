package syntax

// LookupOp is `lookup kind=… (right) on columns`.
type LookupOp struct {
	Span
	Params []*OperatorParam
	Right  Expr
	On     []Expr
}

func (*LookupOp) operator() {}
