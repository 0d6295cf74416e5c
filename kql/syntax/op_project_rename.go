package syntax

// ProjectRenameOp is `project-rename new = old, …`.
type ProjectRenameOp struct {
	Span
	Exprs []*NamedExpr
}

func (*ProjectRenameOp) operator() {}
