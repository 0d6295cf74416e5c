package syntax

// SortOp is `sort by X asc, …` or `order by …`.
type SortOp struct {
	Span
	Params []*OperatorParam
	By     []*OrderedExpr
}

func (*SortOp) operator() {}
