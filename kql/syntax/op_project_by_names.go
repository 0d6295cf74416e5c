package syntax

// ProjectByNamesOp is `project-by-names exprs`.
type ProjectByNamesOp struct {
	Span
	Exprs []Expr
}

func (*ProjectByNamesOp) operator() {}
