package opt

import "github.com/calypso-kql/calypso/kql/plan"

// constantFilter drops a filter that is always true, and all of what is below
// one that is never true.
func constantFilter(n plan.Node) plan.Node {
	f, ok := n.(*plan.Filter)
	if !ok {
		return n
	}
	switch v, constant := truth(f.Cond); {
	case !constant:
		return n
	case v:
		return f.Input
	}
	return &plan.Values{Out: f.Schema()}
}
