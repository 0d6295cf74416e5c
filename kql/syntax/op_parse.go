package syntax

// ParseOp is `parse kind=… X with pattern`. A pattern's parts are *StringLit, *StarExpr and
// *ColumnDecl.
type ParseOp struct {
	Span
	Params  []*OperatorParam
	X       Expr
	Pattern []Expr
}

func (*ParseOp) operator() {}
