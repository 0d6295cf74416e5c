package syntax

// SampleOp is `sample n`.
type SampleOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
}

func (*SampleOp) operator() {}
