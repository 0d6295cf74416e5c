package syntax

// PartitionByOp is `__partitionby column id id (subquery)`. ID is nil if absent.
type PartitionByOp struct {
	Span
	Params   []*OperatorParam
	By       Expr
	ID       Expr
	Subquery Expr
}

func (*PartitionByOp) operator() {}
