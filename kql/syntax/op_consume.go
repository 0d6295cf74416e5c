package syntax

// ConsumeOp is `consume`: reads all rows, returns none.
type ConsumeOp struct {
	Span
	Params []*OperatorParam
}

func (*ConsumeOp) operator() {}
