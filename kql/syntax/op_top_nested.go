package syntax

// TopNestedOp is `top-nested n of X with others = Y by Z, top-nested …`.
type TopNestedOp struct {
	Span
	Clauses []*TopNestedClause
}

// TopNestedClause is one level of top-nested. Count and Others are nil if absent.
type TopNestedClause struct {
	Span
	Count  Expr
	Of     *NamedExpr
	Others Expr
	By     *OrderedExpr
}

func (*TopNestedOp) operator() {}
