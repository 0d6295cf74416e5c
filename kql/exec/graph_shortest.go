package exec

import "slices"

// nearest emits the shortest paths of a single step from one node to each other node
// that it may end at: a search by breadth.
//
// Source: the Kusto documentation, "graph-shortest-paths operator".
func (m *matcher) nearest(w *walk, match []uint32) error {
	start := match[w.From]
	depth := map[uint32]int{start: 0}
	from := map[uint32][]link{} // the last edges of shortest paths to a node
	if w.Min == 0 && m.arrives(w, match, start) {
		if err := m.emit(0, match, start); err != nil {
			return err
		}
	}
	defer func() { w.edges = w.edges[:0] }()
	level := []uint32{start}
	for d := 1; d <= w.Max && len(level) > 0; d++ {
		var next []uint32
		for _, node := range level {
			if d > 1 && !allows(m.inner[w.Edge], node) {
				continue
			}
			err := m.neighbours(w, node, func(edge, to uint32) error {
				known, ok := depth[to]
				if !ok {
					if !w.reach.from(to, d) {
						return nil
					}
					depth[to] = d
					next = append(next, to)
				}
				if !ok || known == d && m.n.ShortestAll {
					from[to] = append(from[to], link{edge, node})
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		for _, to := range next {
			if !m.arrives(w, match, to) {
				continue
			}
			w.edges = slices.Grow(w.edges[:0], d)[:d]
			if err := m.trace(w, match, from, to, d, to); err != nil {
				return err
			}
		}
		level = next
	}
	return nil
}

// A link is the last edge of a path and the node before it.
type link struct{ edge, node uint32 }

// trace emits the paths of n more edges that links lead back from node; to is their
// end.
func (m *matcher) trace(w *walk, match []uint32, from map[uint32][]link, node uint32, n int, to uint32) error {
	if n == 0 {
		w.kept = w.kept[:0]
		return m.emit(0, match, to)
	}
	if err := m.tick(); err != nil {
		return err
	}
	for _, l := range from[node] {
		w.edges[n-1] = l.edge
		if err := m.trace(w, match, from, l.node, n-1, to); err != nil {
			return err
		}
	}
	return nil
}

// shortest returns, of the matches with the same ends, those with the fewest edges: one
// or all. It changes rows.
func (m *matcher) shortest(rows []uint32) []uint32 {
	type pair struct{ first, last uint32 }
	first, last := m.n.Steps[0].From, m.n.Steps[len(m.n.Steps)-1].To
	length := func(at int) int {
		n := 0
		for v, x := range m.n.Vars {
			switch {
			case x.Path:
				n += m.paths.length(rows[at+v])
			case x.Edge:
				n++
			}
		}
		return n
	}
	least := map[pair]int{}
	for at := 0; at < len(rows); at += m.stride {
		p := pair{rows[at+first], rows[at+last]}
		if n, ok := least[p]; !ok || length(at) < n {
			least[p] = length(at)
		}
	}
	taken := map[pair]bool{}
	out := rows[:0]
	for at := 0; at < len(rows); at += m.stride {
		p := pair{rows[at+first], rows[at+last]}
		if length(at) > least[p] || m.n.Shortest && taken[p] {
			continue
		}
		taken[p] = true
		out = append(out, rows[at:at+m.stride]...)
	}
	return out
}
