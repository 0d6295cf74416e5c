package exec

import (
	"github.com/calypso-kql/calypso/kql/plan"
)

// A walk is a step of a pattern as it is followed: from the end that is known.
type walk struct {
	plan.GraphStep
	path   bool // of any number of edges
	back   bool // from the right to the left
	closes bool // both ends are known

	out  []uint32 // matches that wait for the steps behind this one
	base uint32   // the paths from here on are those of out
	size int64    // of what follows

	// used are the edges or, where no node may come twice, the nodes of the match
	// and of the path.
	used []bool
	// edges is the path that is being followed, and kept its numbers in the tree of
	// paths, as far as it is there.
	edges, kept []uint32
	reach       *reach
	target      uint32 // that reach leads to, where the walk closes
}

func (m *matcher) newWalk(s plan.GraphStep, from, to bool) *walk {
	w := &walk{GraphStep: s, path: m.n.Vars[s.Edge].Path, closes: from && to, target: none}
	if !from {
		w.back = true
		w.From, w.To = s.To, s.From
		w.Direction = opposite(s.Direction)
	}
	if m.g.undirected {
		w.Direction = plan.GraphEither
	}
	switch m.n.Cycles {
	case plan.CyclesUniqueEdges:
		w.used = make([]bool, m.g.edges.Len())
	case plan.CyclesNone:
		w.used = make([]bool, m.g.nodes.Len())
	}
	w.size = int64(len(w.used))
	return w
}

func opposite(d plan.GraphDirection) plan.GraphDirection {
	switch d {
	case plan.GraphForward:
		return plan.GraphBackward
	case plan.GraphBackward:
		return plan.GraphForward
	}
	return d
}

// step follows walk i in all of rows. What it finds goes on as soon as it is a batch.
func (m *matcher) step(i int, rows []uint32) error {
	w := m.walks[i]
	if w.closes && m.n.Cycles == plan.CyclesNone {
		return nil // an edge between nodes that are joined already closes a cycle
	}
	w.base = m.paths.len()
	w.out = w.out[:0]
	searched := m.searched()
	for at := 0; at < len(rows); at += m.stride {
		if err := m.tick(); err != nil {
			return err
		}
		match := rows[at : at+m.stride]
		if w.path {
			if err := m.aim(w, match); err != nil {
				return err
			}
		}
		var err error
		if searched {
			err = m.nearest(w, match)
		} else {
			m.mark(w, match, true)
			err = m.follow(i, match, match[w.From])
			m.mark(w, match, false)
		}
		if err != nil {
			return err
		}
	}
	return m.flush(i)
}

// flush hands the matches that walk i has found on.
func (m *matcher) flush(i int) error {
	w := m.walks[i]
	if err := m.pay(); err != nil {
		return err
	}
	if err := m.advance(i+1, w.out); err != nil {
		return err
	}
	w.out = w.out[:0]
	if !m.keep {
		// The path that is being followed is written again when it ends next.
		m.paths.cut(w.base)
		w.kept = w.kept[:0]
	}
	return nil
}

// follow emits a match for each way to take walk i that goes on from node.
func (m *matcher) follow(i int, match []uint32, node uint32) error {
	w := m.walks[i]
	n := len(w.edges)
	if n >= w.Min && m.arrives(w, match, node) {
		if err := m.emit(i, match, node); err != nil {
			return err
		}
	}
	if n == w.Max || n > 0 && !allows(m.inner[w.Edge], node) {
		return nil
	}
	return m.neighbours(w, node, func(edge, to uint32) error {
		if w.path && !w.reach.from(to, n+1) {
			return nil
		}
		once := edge
		if m.n.Cycles == plan.CyclesNone {
			once = to
		}
		if w.used != nil {
			if w.used[once] {
				return nil
			}
			w.used[once] = true
		}
		w.edges = append(w.edges, edge)
		err := m.follow(i, match, to)
		w.edges = w.edges[:n]
		w.kept = w.kept[:min(n, len(w.kept))]
		if w.used != nil {
			w.used[once] = false
		}
		return err
	})
}

// neighbours calls f for each edge at node that the walk may take.
func (m *matcher) neighbours(w *walk, node uint32, f func(edge, to uint32) error) error {
	if err := m.tick(); err != nil {
		return err
	}
	mask := m.masks[w.Edge]
	if w.Direction != plan.GraphBackward {
		for _, e := range m.g.out.at(node) {
			if allows(mask, e) {
				if err := f(e, m.g.target[e]); err != nil {
					return err
				}
			}
		}
	}
	if w.Direction != plan.GraphForward {
		for _, e := range m.g.in.at(node) {
			loop := m.g.source[e] == node && w.Direction == plan.GraphEither // came up above
			if !loop && allows(mask, e) {
				if err := f(e, m.g.source[e]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// arrives reports whether the walk may end at node to.
func (m *matcher) arrives(w *walk, match []uint32, to uint32) bool {
	if w.closes {
		return match[w.To] == to
	}
	return allows(m.masks[w.To], to)
}

// emit adds the match with the edges that have been followed, to node to.
func (m *matcher) emit(i int, match []uint32, to uint32) error {
	w := m.walks[i]
	edge := uint32(0) // the empty path
	switch n := len(w.edges); {
	case !w.path:
		edge = w.edges[0]
	case n > 0:
		for j := len(w.kept); j < n; j++ {
			up := uint32(0)
			if j > 0 {
				up = w.kept[j-1]
			}
			w.kept = append(w.kept, m.paths.add(up, w.edges[j]))
		}
		edge = w.kept[n-1]
	}
	w.out = append(w.out, match...)
	added := w.out[len(w.out)-m.stride:]
	added[w.Edge], added[w.To] = edge, to
	if len(w.out) < m.q.BatchRows*m.stride {
		return nil
	}
	return m.flush(i)
}

// mark says of what the match has already, and may not have again, that it is used
// or that it is not.
func (m *matcher) mark(w *walk, match []uint32, used bool) {
	switch m.n.Cycles {
	case plan.CyclesAll:
		return
	case plan.CyclesNone:
		w.used[match[w.From]] = used
	}
	for v, x := range m.n.Vars {
		switch id := match[v]; {
		case id == unbound:
		case m.n.Cycles == plan.CyclesNone:
			if !x.Edge {
				w.used[id] = used
			}
			for e := range m.edgesOf(x, id) {
				w.used[m.g.source[e]], w.used[m.g.target[e]] = used, used
			}
		case x.Edge:
			for e := range m.edgesOf(x, id) {
				w.used[e] = used
			}
		}
	}
}
