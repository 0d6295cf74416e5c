package syntax

// PartitionOp is `partition by column (subquery)`, or `{ query }` in place of the subquery
// (Braces), or `in scope (…)` (Scope) before it.
type PartitionOp struct {
	Span
	Params   []*OperatorParam
	By       Expr
	Scope    Expr
	Subquery Expr
	Braces   bool
}

func (*PartitionOp) operator() {}
