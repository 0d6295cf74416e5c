package syntax

// AsOp is `as name`: gives the rows so far a name that later parts of the query can read.
type AsOp struct {
	Span
	Params []*OperatorParam
	Name   *Ident
}

func (*AsOp) operator() {}
