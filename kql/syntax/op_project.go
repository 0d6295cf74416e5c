package syntax

// ProjectOp is `project name = expr, …`.
type ProjectOp struct {
	Span
	Exprs []*NamedExpr
}

func (*ProjectOp) operator() {}
