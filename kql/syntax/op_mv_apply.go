package syntax

// MvApplyOp is `mv-apply columns limit n on (subquery)`. Limit and ContextID are nil if absent.
type MvApplyOp struct {
	Span
	Params    []*OperatorParam
	Items     []*MvItem
	Limit     Expr
	ContextID Expr
	Subquery  Expr
}

func (*MvApplyOp) operator() {}
