package syntax

// ProjectAwayOp is `project-away columns`; a column may be a wildcard.
type ProjectAwayOp struct {
	Span
	Columns []Expr
}

func (*ProjectAwayOp) operator() {}
