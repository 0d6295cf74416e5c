package bind

import "github.com/calypso-kql/calypso/kql/syntax"

// moreOperators is operator for those that choose and order columns and rows, and
// for those that read several tables.
func (b *binder) moreOperators(sc *scope, in table, op syntax.Operator) table {
	switch op := op.(type) {
	case *syntax.ProjectAwayOp:
		return b.projectAway(in, op)
	case *syntax.ProjectKeepOp:
		return b.projectKeep(in, op)
	case *syntax.ProjectRenameOp:
		return b.projectRename(in, op)
	case *syntax.ProjectReorderOp:
		return b.projectReorder(in, op)
	case *syntax.ProjectByNamesOp:
		return b.projectByNames(sc, in, op)
	case *syntax.DistinctOp:
		return b.distinct(sc, in, op)
	case *syntax.CountOp:
		return b.count(in, op)
	case *syntax.SortOp:
		return b.sort(sc, in, op)
	case *syntax.TopOp:
		return b.top(sc, in, op)
	case *syntax.SampleOp:
		return b.sample(sc, in, op)
	case *syntax.SampleDistinctOp:
		return b.sampleDistinct(sc, in, op)
	case *syntax.SerializeOp:
		return b.serialize(sc, in, op)
	case *syntax.ConsumeOp:
		return b.consume(in, op)
	case *syntax.GetSchemaOp:
		return b.getSchema(in, op)
	case *syntax.RenderOp:
		return b.render(in, op)
	case *syntax.JoinOp:
		return b.join(sc, in, op)
	case *syntax.LookupOp:
		return b.lookup(sc, in, op)
	case *syntax.UnionOp:
		return b.union(sc, in, op)
	}
	return b.expandingOperators(sc, in, op)
}

// expandingOperators is operator for those that take values apart, and for those
// with subqueries and series.
func (b *binder) expandingOperators(sc *scope, in table, op syntax.Operator) table {
	switch op := op.(type) {
	case *syntax.MvExpandOp:
		return b.mvExpand(sc, in, op)
	case *syntax.MvApplyOp:
		return b.mvApply(sc, in, op)
	case *syntax.ParseOp:
		return b.parse(sc, in, op)
	case *syntax.ParseWhereOp:
		return b.parseWhere(sc, in, op)
	case *syntax.ParseKvOp:
		return b.parseKv(sc, in, op)
	}
	return b.unsupported(in, op)
}
