package exec

import "github.com/calypso-kql/calypso/kql/plan"

// buildSerialize does nothing: rows keep their order everywhere.
func (q *query) buildSerialize(n *plan.Serialize) (*flow, error) { return q.build(n.Input) }
