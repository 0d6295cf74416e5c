package syntax

// ForkOp is `fork name=(subquery) (subquery) …`.
type ForkOp struct {
	Span
	Branches []*ForkBranch
}

// ForkBranch is one branch of a fork. Name is nil if absent.
type ForkBranch struct {
	Span
	Name *Ident
	X    Expr
}

func (*ForkOp) operator() {}
