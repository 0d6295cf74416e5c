package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// operator binds one operator over in; sc has no row yet. in.node is nil before
// an operator that makes its own rows.
func (b *binder) operator(sc *scope, in table, op syntax.Operator) table {
	switch op := op.(type) {
	case *syntax.AsOp:
		return b.as(sc, in, op)
	case *syntax.AssertSchemaOp:
		return b.assertSchema(in, op)
	case *syntax.ConsumeOp:
		return b.consume(in, op)
	case *syntax.CountOp:
		return b.count(in, op)
	case *syntax.DistinctOp:
		return b.distinct(sc, in, op)
	case *syntax.EvaluateOp:
		return b.evaluate(sc, in, op)
	case *syntax.ExtendOp:
		return b.extend(sc, in, op)
	case *syntax.FacetOp:
		return b.facet(sc, in, op)
	case *syntax.FindOp:
		return b.find(sc, op)
	case *syntax.ForkOp:
		return b.fork(sc, in, op)
	case *syntax.GetSchemaOp:
		return b.getSchema(in, op)
	case *syntax.InvokeOp:
		return b.invoke(sc, in, op)
	case *syntax.JoinOp:
		return b.join(sc, in, op)
	case *syntax.LookupOp:
		return b.lookup(sc, in, op)
	case *syntax.MacroExpandOp:
		return b.macroExpand(sc, in, op)
	case *syntax.MakeSeriesOp:
		return b.makeSeries(sc, in, op)
	case *syntax.MvApplyOp:
		return b.mvApply(sc, in, op)
	case *syntax.MvExpandOp:
		return b.mvExpand(sc, in, op)
	case *syntax.ParseKvOp:
		return b.parseKv(sc, in, op)
	case *syntax.ParseOp:
		return b.parse(sc, in, op)
	case *syntax.ParseWhereOp:
		return b.parseWhere(sc, in, op)
	case *syntax.PartitionByOp:
		return b.partitionBy(sc, in, op)
	case *syntax.PartitionOp:
		return b.partition(sc, in, op)
	case *syntax.PrintOp:
		return b.print(sc, op)
	case *syntax.ProjectAwayOp:
		return b.projectAway(in, op)
	case *syntax.ProjectByNamesOp:
		return b.projectByNames(sc, in, op)
	case *syntax.ProjectKeepOp:
		return b.projectKeep(in, op)
	case *syntax.ProjectOp:
		return b.project(sc, in, op)
	case *syntax.ProjectRenameOp:
		return b.projectRename(in, op)
	case *syntax.ProjectReorderOp:
		return b.projectReorder(sc, in, op)
	case *syntax.RangeOp:
		return b.rangeOp(sc, op)
	case *syntax.ReduceOp:
		return b.reduce(sc, in, op)
	case *syntax.RenderOp:
		return b.render(sc, in, op)
	case *syntax.SampleDistinctOp:
		return b.sampleDistinct(sc, in, op)
	case *syntax.SampleOp:
		return b.sample(sc, in, op)
	case *syntax.ScanOp:
		return b.scan(sc, in, op)
	case *syntax.SearchOp:
		return b.search(sc, in, op)
	case *syntax.SerializeOp:
		return b.serialize(sc, in, op)
	case *syntax.SortOp:
		return b.sort(sc, in, op)
	case *syntax.SummarizeOp:
		return b.summarize(sc, in, op)
	case *syntax.TakeOp:
		return b.take(sc, in, op)
	case *syntax.TopHittersOp:
		return b.topHitters(sc, in, op)
	case *syntax.TopNestedOp:
		return b.topNested(sc, in, op)
	case *syntax.TopOp:
		return b.top(sc, in, op)
	case *syntax.UnionOp:
		return b.union(sc, in, op)
	case *syntax.WhereOp:
		return b.where(sc, in, op)
	case *syntax.BadOp:
		return unknownTable()
	}
	return b.graphOperators(sc, in, op)
}

// unsupported reports an operator that the engine does not have. What follows
// it is bound as if its columns were unknown.
func (b *binder) unsupported(in table, op syntax.Operator) table {
	b.report(notSupported(op, operatorWord(op)))
	in.open = true
	return in
}

// operatorWord returns how the text writes an operator that the engine does not
// have.
func operatorWord(op syntax.Operator) string {
	switch op.(type) {
	case *syntax.MakeGraphOp:
		return "make-graph"
	case *syntax.GraphMatchOp:
		return "graph-match"
	case *syntax.GraphShortestPathsOp:
		return "graph-shortest-paths"
	case *syntax.GraphMarkComponentsOp:
		return "graph-mark-components"
	case *syntax.GraphToTableOp:
		return "graph-to-table"
	case *syntax.GraphWhereNodesOp:
		return "graph-where-nodes"
	case *syntax.GraphWhereEdgesOp:
		return "graph-where-edges"
	case *syntax.ExecuteAndCacheOp:
		return "__executeAndCache"
	}
	return "this operator"
}
