package syntax

// SerializeOp is `serialize name = expr, …`; Exprs may be empty.
type SerializeOp struct {
	Span
	Params []*OperatorParam
	Exprs  []*NamedExpr
}

func (*SerializeOp) operator() {}
