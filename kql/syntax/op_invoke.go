package syntax

// InvokeOp is `invoke f(args)`: the rows so far are the function's first argument.
type InvokeOp struct {
	Span
	Call Expr
}

func (*InvokeOp) operator() {}
