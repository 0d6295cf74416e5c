package syntax

// ProjectKeepOp is `project-keep columns`; a column may be a wildcard.
type ProjectKeepOp struct {
	Span
	Columns []Expr
}

func (*ProjectKeepOp) operator() {}
