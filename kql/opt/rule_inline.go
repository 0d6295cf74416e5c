package opt

import "github.com/calypso-kql/calypso/kql/plan"

// inlineShared puts a shared result that is used once where it is used: there it
// is computed once anyway, and the other rules reach into it. q's shared
// definitions are copies that may be changed.
func inlineShared(q *plan.Query) {
	uses := map[*plan.SharedDef]int{}
	count := everywhere(func(n plan.Node) plan.Node {
		if s, ok := n.(*plan.Shared); ok {
			uses[s.Def]++
		}
		return n
	})
	for _, d := range q.Shared {
		count(d.Plan)
	}
	for _, r := range q.Results {
		count(r.Root)
	}
	inline := everywhere(func(n plan.Node) plan.Node {
		if s, ok := n.(*plan.Shared); ok && uses[s.Def] == 1 {
			return s.Def.Plan
		}
		return n
	})
	// A definition comes after those that it uses, which are complete by then.
	kept := q.Shared[:0:0]
	for _, d := range q.Shared {
		d.Plan = inline(d.Plan)
		if uses[d] > 1 {
			kept = append(kept, d)
		}
	}
	for i := range q.Results {
		q.Results[i].Root = inline(q.Results[i].Root)
	}
	q.Shared = kept
}
