package syntax

// FacetOp is `facet by columns with (subquery)`. With is nil if absent; it is a *PipeExpr without
// source, or after an error anything.
type FacetOp struct {
	Span
	By   []Expr
	With Expr
}

func (*FacetOp) operator() {}
