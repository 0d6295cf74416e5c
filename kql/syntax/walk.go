package syntax

// Walk calls visit for n and, if visit returns true, for all below it, in the order of the
// text. It does not visit comments.
func Walk(n Node, visit func(Node) bool) {
	if visit(n) {
		children(n, func(c Node) { Walk(c, visit) })
	}
}

// one calls f for n if it is there.
func one[T interface {
	comparable
	Node
}](f func(Node), n T) {
	var none T
	if n != none {
		f(n)
	}
}

func each[T Node](f func(Node), list []T) {
	for _, n := range list {
		f(n)
	}
}

// children calls f for the nodes right below n. A test compares these switches with the fields
// of all nodes.
func children(n Node, f func(Node)) {
	switch n := n.(type) {
	case *AliasStmt:
		one(f, n.Name)
		one(f, n.Value)
	case *CommandStmt:
		each(f, n.Pipe)
		one(f, n.Input)
	case *DynPair:
		one(f, n.Name)
		one(f, n.Value)
	case *EvaluateSchema:
		each(f, n.Columns)
	case *ExprStmt:
		one(f, n.X)
	case *ForkBranch:
		one(f, n.Name)
		one(f, n.X)
	case *FuncBody:
		each(f, n.Statements)
		one(f, n.Result)
	case *FuncParam:
		one(f, n.Name)
		one(f, n.Type)
		one(f, n.Schema)
		one(f, n.Default)
	case *GraphEdge:
		one(f, n.Name)
		one(f, n.Min)
		one(f, n.Max)
	case *GraphNode:
		one(f, n.Name)
	case *GraphNodeTable:
		one(f, n.Table)
		one(f, n.On)
	case *GraphOutput:
		one(f, n.As)
		each(f, n.Params)
	case *GraphPattern:
		each(f, n.Elems)
	case *LetStmt:
		one(f, n.Name)
		one(f, n.Value)
	case *MvItem:
		one(f, n.X)
		one(f, n.Type)
	case *OperatorParam:
		one(f, n.Name)
		one(f, n.Value)
	case *PartitionColumn:
		one(f, n.Name)
		one(f, n.Type)
		one(f, n.Value)
	case *PatternDecl:
		each(f, n.Params)
		one(f, n.Path)
		each(f, n.Matches)
	case *PatternMatch:
		each(f, n.Values)
		one(f, n.Path)
		one(f, n.Body)
	case *PatternStmt:
		one(f, n.Name)
		one(f, n.Decl)
	case *Query:
		each(f, n.Statements)
	case *QueryParametersStmt:
		each(f, n.Params)
	case *RestrictStmt:
		each(f, n.Entities)
		each(f, n.With)
	case *ScanStep:
		one(f, n.Name)
		one(f, n.Output)
		one(f, n.Cond)
		each(f, n.Assigns)
	case *SchemaDecl:
		each(f, n.Columns)
	case *SeriesAgg:
		one(f, n.X)
		one(f, n.Default)
	case *SetStmt:
		one(f, n.Name)
		one(f, n.Value)
	case *TopNestedClause:
		one(f, n.Count)
		one(f, n.Of)
		one(f, n.Others)
		one(f, n.By)
	default:
		exprChildren(n, f)
	}
}
