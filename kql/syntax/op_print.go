package syntax

// PrintOp is `print name = expr, …`: a source of one row.
type PrintOp struct {
	Span
	Exprs []*NamedExpr
}

func (*PrintOp) operator() {}
