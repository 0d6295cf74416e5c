package exec

import "github.com/calypso-kql/calypso/kql/plan"

// narrow leaves to the ends of each step of one edge only nodes that have such an edge
// to one that the other end may be, and to the edge only those: what one end of a
// pattern says is then known along it before anything is followed.
func (m *matcher) narrow() error {
	for changed := true; changed; {
		changed = false
		for _, s := range m.n.Steps {
			if err := m.ctx.Err(); err != nil {
				return err
			}
			if m.n.Vars[s.Edge].Path || m.masks[s.From] == nil && m.masks[s.Edge] == nil && m.masks[s.To] == nil {
				continue
			}
			changed = m.narrowStep(s) || changed
		}
	}
	return nil
}

// narrowStep is narrow for one step; it reports whether anything is left out that was
// not before.
func (m *matcher) narrowStep(s plan.GraphStep) bool {
	from, to := make([]bool, m.g.nodes.Len()), make([]bool, m.g.nodes.Len())
	edges := make([]bool, m.g.edges.Len())
	either := m.g.undirected || s.Direction == plan.GraphEither
	try := func(e, left, right uint32) {
		if allows(m.masks[s.From], left) && allows(m.masks[s.To], right) {
			from[left], to[right], edges[e] = true, true, true
		}
	}
	for e := range m.g.source {
		e := uint32(e)
		if !allows(m.masks[s.Edge], e) {
			continue
		}
		if either || s.Direction == plan.GraphForward {
			try(e, m.g.source[e], m.g.target[e])
		}
		if either || s.Direction == plan.GraphBackward {
			try(e, m.g.target[e], m.g.source[e])
		}
	}
	changed := m.shrink(s.From, from)
	changed = m.shrink(s.To, to) || changed
	return m.shrink(s.Edge, edges) || changed
}

// shrink makes mask, which has nothing that the variable may not be, its mask, and
// reports whether it has less than before.
func (m *matcher) shrink(v int, mask []bool) bool {
	less := false
	for i, ok := range mask {
		if !ok && allows(m.masks[v], uint32(i)) {
			less = true
			break
		}
	}
	if less {
		m.masks[v] = mask
	}
	return less
}
