package syntax

// ExtendOp is `extend name = expr, …`.
type ExtendOp struct {
	Span
	Exprs []*NamedExpr
}

func (*ExtendOp) operator() {}
