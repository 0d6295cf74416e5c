package syntax

// SummarizeOp is `summarize aggs by groups bin=X`. By is nil without a by clause; Bin is nil if
// absent.
type SummarizeOp struct {
	Span
	Params []*OperatorParam
	Aggs   []*NamedExpr
	By     []*NamedExpr
	Bin    Expr
}

func (*SummarizeOp) operator() {}
