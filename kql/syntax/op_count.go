package syntax

// CountOp is `count` or `count as name`; As is nil in the first form.
type CountOp struct {
	Span
	As *Ident
}

func (*CountOp) operator() {}
