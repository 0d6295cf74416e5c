package syntax

// FindOp is `find withsource=… in (tables) where cond project columns`. Scope, In, Project and
// ProjectAway are nil if absent.
type FindOp struct {
	Span
	Scope       *Ident
	Params      []*OperatorParam
	In          []Expr
	Cond        Expr
	Project     []Expr
	Smart       bool
	ProjectAway []Expr
}

func (*FindOp) operator() {}
