package syntax

// SearchOp is `search kind=… in (tables) cond`. Scope and In are nil if absent.
type SearchOp struct {
	Span
	Params []*OperatorParam
	Scope  *Ident
	In     []Expr
	Cond   Expr
}

func (*SearchOp) operator() {}
