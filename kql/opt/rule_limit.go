package opt

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// sortTakeToTop keeps only the rows wanted while sorting, also if a projection is
// between the two.
func sortTakeToTop(n plan.Node) plan.Node {
	take, ok := n.(*plan.Take)
	if !ok {
		return n
	}
	switch in := take.Input.(type) {
	case *plan.Sort:
		return plan.NewTop(in.Input, take.N, in.Keys)
	case *plan.Project:
		if slices.ContainsFunc(in.Exprs, plan.HasWindow) {
			return n
		}
		below := sortTakeToTop(plan.NewTake(in.Input, take.N))
		if _, still := below.(*plan.Take); !still {
			return &plan.Project{Input: below, Exprs: in.Exprs, Out: in.Out}
		}
	}
	return n
}

// limitRead tells a table how many rows a take directly above it, or above
// projections of it, wants.
func limitRead(n plan.Node) plan.Node {
	take, ok := n.(*plan.Take)
	if !ok {
		return n
	}
	limit, ok := count(take.N)
	if !ok {
		return n
	}
	in, ok := withLimit(take.Input, limit)
	if !ok {
		return n
	}
	return plan.NewTake(in, take.N)
}

func withLimit(n plan.Node, limit int) (plan.Node, bool) {
	switch n := n.(type) {
	case *plan.Read:
		c := *n
		c.Limit = limit
		return &c, true
	case *plan.Project:
		for _, e := range n.Exprs {
			if plan.HasWindow(e) {
				return n, false
			}
		}
		in, ok := withLimit(n.Input, limit)
		return &plan.Project{Input: in, Exprs: n.Exprs, Out: n.Out}, ok
	}
	return n, false
}

// count returns the value of a constant, positive number of rows.
func count(e plan.Expr) (int, bool) {
	lit, ok := e.(*plan.Literal)
	if !ok || !lit.Type().IsInteger() {
		return 0, false
	}
	v := column.ViewOf[int64](lit.Value)
	if v.Null(0) || v.At(0) <= 0 || v.At(0) > 1<<30 {
		return 0, false
	}
	return int(v.At(0)), true
}
