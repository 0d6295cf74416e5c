package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// fork yields a table for each of its subqueries; the rows are read once.
func (b *binder) fork(sc *scope, in table, op *syntax.ForkOp) table {
	rows := b.share(in, "")
	out := table{node: rows.node, none: true}
	for _, branch := range op.Branches {
		results := b.branch(sc, rows, branch.X, inFork)
		if n := len(results); n > 0 && branch.Name != nil {
			results[n-1].Name = branch.Name.Name
		}
		out.more = append(out.more, results...)
	}
	return out
}

// inFork reports whether a branch of a fork may have op.
//
// Source: the Kusto documentation, "fork operator", and Microsoft's analyzer, which
// has some more.
func inFork(op syntax.Operator) bool {
	switch op.(type) {
	case *syntax.AsOp, *syntax.CountOp, *syntax.DistinctOp, *syntax.ExtendOp, *syntax.InvokeOp, *syntax.MvExpandOp,
		*syntax.ParseOp, *syntax.ParseWhereOp, *syntax.ParseKvOp, *syntax.ProjectOp, *syntax.ProjectAwayOp,
		*syntax.ProjectKeepOp, *syntax.ProjectRenameOp, *syntax.ProjectReorderOp, *syntax.ProjectByNamesOp,
		*syntax.ReduceOp, *syntax.SampleOp, *syntax.SampleDistinctOp, *syntax.SortOp, *syntax.SummarizeOp,
		*syntax.TakeOp, *syntax.TopOp, *syntax.TopHittersOp, *syntax.TopNestedOp, *syntax.WhereOp:
		return true
	}
	return false
}
