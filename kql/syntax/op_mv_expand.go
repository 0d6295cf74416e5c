package syntax

// MvExpandOp is `mv-expand columns limit n`. Limit is nil if absent.
type MvExpandOp struct {
	Span
	Params []*OperatorParam
	Items  []*MvItem
	Limit  Expr
}

// MvItem is one column of mv-expand or mv-apply, with `to typeof(type)`. Type is nil if absent.
type MvItem struct {
	Span
	X    *NamedExpr
	Type *TypeOfExpr
}

func (*MvExpandOp) operator() {}
