package syntax

// GraphMatchOp is `graph-match patterns where cond project columns`. Where and Project are nil if
// absent.
type GraphMatchOp struct {
	Span
	Params   []*OperatorParam
	Patterns []*GraphPattern
	Where    Expr
	Project  []*NamedExpr
}

func (*GraphMatchOp) operator() {}
