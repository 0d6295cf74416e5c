package syntax

// GraphShortestPathsOp is `graph-shortest-paths patterns where cond project columns`. Where and
// Project are nil if absent.
type GraphShortestPathsOp struct {
	Span
	Params   []*OperatorParam
	Patterns []*GraphPattern
	Where    Expr
	Project  []*NamedExpr
}

func (*GraphShortestPathsOp) operator() {}
