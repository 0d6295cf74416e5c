package syntax

// ProjectReorderOp is `project-reorder columns`; a column may be a wildcard, and an *OrderedExpr
// if asc, desc, granny-asc or granny-desc follows.
type ProjectReorderOp struct {
	Span
	Columns []Expr
}

func (*ProjectReorderOp) operator() {}
