package exec

import (
	"errors"
	"fmt"

	"github.com/calypso-kql/calypso/kql/plan"
)

// build makes the flow of n. Subqueries in n's own expressions are run first,
// and constants that they yield narrow the tables below.
func (q *query) build(n plan.Node) (*flow, error) {
	n, err := q.resolve(n)
	if err != nil {
		return nil, err
	}
	if f, ok, err := q.rowFragments(n); ok || err != nil {
		return f, err
	}
	return q.operator(n)
}

// operator makes the flow of n, whose expressions hold no subqueries any more.
func (q *query) operator(n plan.Node) (*flow, error) {
	switch n := n.(type) {
	case *plan.Read:
		return q.buildRead(n)
	case *plan.Values:
		return q.buildValues(n)
	case *plan.Range:
		return q.buildRange(n)
	case *plan.Filter:
		return q.buildFilter(n)
	case *plan.Project:
		return q.buildProject(n)
	case *plan.Aggregate:
		return q.buildAggregate(n)
	case *plan.Sort:
		return q.buildSort(n)
	case *plan.Top:
		return q.buildTop(n)
	case *plan.Take:
		return q.buildTake(n)
	case *plan.Serialize:
		return q.buildSerialize(n)
	case *plan.Join:
		return q.buildJoin(n)
	case *plan.Union:
		return q.buildUnion(n)
	case *plan.MvExpand:
		return q.buildMvExpand(n)
	case *plan.Parse:
		return q.buildParse(n)
	case *plan.ParseKv:
		return q.buildParseKv(n)
	case *plan.Shared:
		return q.buildShared(n)
	case *plan.MakeSeries:
		return q.buildMakeSeries(n)
	case *plan.MvApply:
		return q.buildMvApply(n)
	case *plan.Partition:
		return q.buildPartition(n)
	case *plan.Pivot:
		return q.buildPivot(n)
	case *plan.TopHitters:
		return q.buildTopHitters(n)
	case *plan.TopNested:
		return q.buildTopNested(n)
	case *plan.StepScan:
		return q.buildScan(n)
	case *plan.Reduce:
		return q.buildReduce(n)
	case *plan.Patterns:
		return q.buildPatterns(n)
	case *plan.IPLookup:
		return q.buildIPLookup(n)
	case *plan.GraphMatch:
		return q.buildGraphMatch(n)
	case *plan.GraphTable:
		return q.buildGraphTable(n)
	case *plan.MakeGraph, *plan.GraphWhere, *plan.GraphComponents:
		return nil, &Error{Kind: Unsupported, Err: errors.New("a graph has no rows: graph-match and graph-to-table make tables of one")}
	}
	return nil, &Error{Kind: Unsupported, Err: fmt.Errorf("operator %T is not supported", n)}
}
