package exec

import "slices"

// nearest calls emit for the shortest paths of a single step from one node to each
// other node that it may end at: a search by breadth.
//
// Source: the Kusto documentation, "graph-shortest-paths operator".
func (m *matcher) nearest(w *walk, match []uint32, emit func(edge, to uint32) error) error {
	start := match[w.From]
	depth := map[uint32]int{start: 0}
	from := map[uint32][]link{} // the last edges of shortest paths to a node
	if w.Min == 0 && m.arrives(w, match, start) {
		if err := emit(m.keep(nil, w.back), start); err != nil {
			return err
		}
	}
	level := []uint32{start}
	for d := 1; d <= w.Max && len(level) > 0; d++ {
		if err := m.ctx.Err(); err != nil {
			return err
		}
		var next []uint32
		for _, node := range level {
			err := m.neighbours(w, node, func(edge, to uint32) error {
				known, ok := depth[to]
				if !ok {
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
			if err := m.trace(w, from, to, start, nil, func(path uint32) error { return emit(path, to) }); err != nil {
				return err
			}
		}
		level = next
	}
	return nil
}

// A link is the last edge of a path and the node before it.
type link struct{ edge, node uint32 }

// trace emits the paths that links lead back to the start.
func (m *matcher) trace(w *walk, from map[uint32][]link, node, start uint32, path []uint32, emit func(path uint32) error) error {
	if node == start {
		p := slices.Clone(path)
		slices.Reverse(p)
		return emit(m.keep(p, w.back))
	}
	for _, l := range from[node] {
		if err := m.trace(w, from, l.node, start, append(path, l.edge), emit); err != nil {
			return err
		}
	}
	return nil
}

// shortest keeps, of the matches with the same ends, those with the fewest edges.
func (m *matcher) shortest() {
	type pair struct{ first, last uint32 }
	length := func(at int) int {
		n := 0
		for v, x := range m.n.Vars {
			switch {
			case x.Path:
				n += len(m.paths[m.rows[at+v]])
			case x.Edge:
				n++
			}
		}
		return n
	}
	least := map[pair]int{}
	for at := 0; at < len(m.rows); at += m.stride {
		p := pair{m.rows[at+m.ends[0]], m.rows[at+m.ends[1]]}
		if n, ok := least[p]; !ok || length(at) < n {
			least[p] = length(at)
		}
	}
	taken := map[pair]bool{}
	out := m.rows[:0]
	for at := 0; at < len(m.rows); at += m.stride {
		p := pair{m.rows[at+m.ends[0]], m.rows[at+m.ends[1]]}
		if length(at) > least[p] || m.n.Shortest && taken[p] {
			continue
		}
		taken[p] = true
		out = append(out, m.rows[at:at+m.stride]...)
	}
	m.rows = out
}
