package exec

import (
	"slices"

	"github.com/calypso-kql/calypso/kql/plan"
)

// topFragments makes the flow of the rows of which the first of an order are among a
// table's: of each of its parts as many as are wanted, which are kept part by part. Only
// the parts of which nothing is kept are read. Of rows that are equal in the order the
// earlier come first, of each part as of the table. It is !ok where that is not possible,
// or would keep nothing.
func (q *query) topFragments(n *plan.Top, limit int) (f *flow, ok bool, err error) {
	if _, isUnion := n.Input.(*plan.Union); isUnion || limit == 0 || !isChain(n.Input) || slices.ContainsFunc(plan.Exprs(n), plan.HasWindow) {
		return nil, false, nil
	}
	chains, err := q.chainsBelow(n.Input)
	if err != nil || len(chains) != 1 || chains[0].read == nil {
		return nil, false, err
	}
	c := chains[0].whole()
	c.nodes = append([]plan.Node{n}, c.nodes...)
	f, ok = q.fragmentsOf(c, n.Input) // which has the columns of n, too
	return f, ok, nil
}
