package syntax

// SampleDistinctOp is `sample-distinct n of X`.
type SampleDistinctOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
	Of     Expr
}

func (*SampleDistinctOp) operator() {}
