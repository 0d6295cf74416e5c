package syntax

// BadOp stands where an operator is missing or unknown; its place covers what was skipped. Keyword
// is the unknown word, or empty.
type BadOp struct {
	Span
	Keyword string
}

func (*BadOp) operator() {}
