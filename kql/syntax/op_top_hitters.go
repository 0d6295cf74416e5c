package syntax

// TopHittersOp is `top-hitters n of X by Y`. By is nil if absent.
type TopHittersOp struct {
	Span
	Params []*OperatorParam
	Count  Expr
	Of     Expr
	By     Expr
}

func (*TopHittersOp) operator() {}
