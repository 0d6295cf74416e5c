package exec

import "github.com/calypso-kql/calypso/kql/plan"

// estimate guesses how many rows n yields, from the sizes of tables; -1 if one
// is not known. It only decides which side of a join is kept in memory.
func estimate(n plan.Node) int64 {
	switch n := n.(type) {
	case *plan.Read:
		if s, ok := n.Source.(plan.Sizer); ok {
			rows := s.Rows()
			for _, h := range n.Hints {
				if h.Op == plan.HintIn {
					rows /= 10
				}
			}
			return rows
		}
		return -1
	case *plan.Values:
		rows := int64(0)
		for _, b := range n.Batches {
			rows += int64(b.Len())
		}
		return rows
	case *plan.Shared:
		return estimate(n.Def.Plan)
	case *plan.Filter:
		return shrink(n.Input, 4)
	case *plan.Aggregate:
		if len(n.Keys) == 0 {
			return 1
		}
		return shrink(n.Input, 10)
	case *plan.Take, *plan.Top, *plan.TopHitters:
		return shrink(n.Inputs()[0], 10)
	case *plan.Range, *plan.Join:
		return -1
	}
	sum := int64(0)
	for _, in := range n.Inputs() {
		rows := estimate(in)
		if rows < 0 {
			return -1
		}
		sum += rows
	}
	return sum
}

func shrink(n plan.Node, by int64) int64 {
	rows := estimate(n)
	if rows < 0 {
		return rows
	}
	return rows/by + 1
}

// exactRows returns how many rows n yields if that is known; else 0.
func exactRows(n plan.Node) int64 {
	switch n := n.(type) {
	case *plan.Read:
		if s, ok := n.Source.(plan.Sizer); ok && len(n.Hints) == 0 && n.Limit == 0 {
			return s.Rows()
		}
	case *plan.Project:
		return exactRows(n.Input)
	case *plan.Sort:
		return exactRows(n.Input)
	}
	return 0
}
