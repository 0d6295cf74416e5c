package syntax

// DistinctOp is `distinct columns` or `distinct *` (a *StarExpr).
type DistinctOp struct {
	Span
	Params []*OperatorParam
	Exprs  []*NamedExpr
}

func (*DistinctOp) operator() {}
