package syntax

// MakeGraphOp is `make-graph source --> target with nodes on id, … partitioned-by column
// (subquery)`. Nodes, NodeID and PartitionedBy are nil if absent.
type MakeGraphOp struct {
	Span
	Params        []*OperatorParam
	Source        Expr
	Undirected    bool
	Target        Expr
	Nodes         []*GraphNodeTable
	NodeID        *Ident
	PartitionedBy Expr
	Subquery      Expr
}

// GraphNodeTable is one `table on column` of make-graph.
type GraphNodeTable struct {
	Span
	Table Expr
	On    Expr
}

func (*MakeGraphOp) operator() {}
