package exec

import "github.com/calypso-kql/calypso/kql/plan"

// input builds what a reads. An aggregate without keys whose result does not depend
// on the order of rows, such as a count of groups, does without that order where it
// would be restored for it alone.
func (a *aggregation) input() (*flow, error) {
	loose := len(a.node.Keys) == 0 && a.anyOrder()
	for _, g := range a.node.Aggs {
		loose = loose && g.Pick == nil
	}
	if loose {
		if in, err := a.q.looseGroups(a.node.Input); in != nil || err != nil {
			return in, err
		}
	}
	return a.rows(a.node.Input)
}

// looseGroups returns the flow of n in any order if n is the groups of an
// aggregation, perhaps some of them, or columns computed of each; nil if it is not.
func (q *query) looseGroups(n plan.Node) (*flow, error) {
	p, isProject := n.(*plan.Project)
	if !isProject {
		groups, err := q.groupsOf(n)
		if groups == nil || err != nil {
			return nil, err
		}
		groups.loose = true
		return q.aggregate(groups)
	}
	for _, e := range p.Exprs {
		if plan.HasWindow(e) || plan.IsVolatile(e) {
			return nil, nil
		}
	}
	in, err := q.looseGroups(p.Input)
	if in == nil || err != nil {
		return nil, err
	}
	resolved, err := q.resolve(p)
	if err != nil {
		in.source.Close()
		return nil, err
	}
	return q.projected(in, resolved.(*plan.Project)), nil
}
