package syntax

// MacroExpandOp is `macro-expand group as name (statements)`. As is nil if absent.
type MacroExpandOp struct {
	Span
	Params []*OperatorParam
	Group  Expr
	As     *Ident
	Body   []Statement
}

func (*MacroExpandOp) operator() {}
