package syntax

// RangeOp is `range name from X to X step X`: a source.
type RangeOp struct {
	Span
	Name              *Ident
	Start, Stop, Step Expr
}

func (*RangeOp) operator() {}
