package syntax

// ScanOp is `scan order by … partition by … declare (…) with (steps)`. OrderBy, PartitionBy and
// Declare are nil if absent.
type ScanOp struct {
	Span
	Params      []*OperatorParam
	OrderBy     []*OrderedExpr
	PartitionBy []Expr
	Declare     []*FuncParam
	Steps       []*ScanStep
}

// ScanStep is one `step name optional output=all : cond => name = expr, …;`. Output is nil if
// absent.
type ScanStep struct {
	Span
	Name     *Ident
	Optional bool
	Output   *Ident
	Cond     Expr
	Assigns  []*NamedExpr
}

func (*ScanOp) operator() {}
