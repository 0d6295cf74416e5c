package kql

import (
	"errors"

	"github.com/calypso-kql/calypso/kql/plan"
)

// maxOperators bounds the operators of a plan: let statements that each use the
// one before twice make a plan that no computer can run. A union over every table
// of a workspace has a few thousand.
const maxOperators = 200_000

// errTooComplex names the limit by Kusto's code.
var errTooComplex = errors.New("the query is too complex: its let statements and functions make more than 200000 operators; put results that are used often into materialize() (E_QUERY_TOO_COMPLEX)")

// checkSize fails if p has too many operators, those of a part that is used
// twice counted twice, for each use runs on its own.
func checkSize(p *plan.Query) error {
	sizes := map[plan.Node]int{}
	total := 0
	for _, r := range p.Results {
		total += sizeOf(r.Root, sizes)
	}
	for _, d := range p.Shared {
		total += sizeOf(d.Plan, sizes)
	}
	if total > maxOperators {
		return errTooComplex
	}
	return nil
}

// sizeOf returns the operators of n and below, no more than one above the limit.
func sizeOf(n plan.Node, sizes map[plan.Node]int) int {
	if size, known := sizes[n]; known {
		return size
	}
	size := 1
	for _, in := range n.Inputs() {
		size += sizeOf(in, sizes)
	}
	for _, e := range plan.Exprs(n) {
		plan.WalkExpr(e, func(e plan.Expr) bool {
			if s, ok := e.(*plan.Subquery); ok {
				size += sizeOf(s.Plan, sizes)
			}
			return true
		})
	}
	sizes[n] = min(size, maxOperators+1)
	return sizes[n]
}
