package exec

// A reach knows from which nodes a path can still get to one where it may end, so
// that no other is followed: of a search through a dense graph for a few nodes little
// is left. It looks at lengths only, not at what may come twice.
type reach struct {
	min, max int
	// steps has a bit for each number of edges after which a path from a node may end;
	// for longer paths least is the smallest of these numbers.
	steps []uint64
	least []uint32
	seen  []uint32 // nodes that a path may end from
}

// maxSteps is the longest path whose lengths fit a word.
const maxSteps = 63

// from reports whether a path that has taken n edges to node may end; a nil reach does
// not know.
func (r *reach) from(node uint32, n int) bool {
	if r == nil {
		return true
	}
	if r.least != nil {
		return r.least[node] != none && n+int(r.least[node]) <= r.max
	}
	can := r.steps[node] & (1<<(r.max-n+1) - 1)
	return can>>max(0, r.min-n) != 0
}

// aim prepares the reach of a walk: for all of its matches, or where it closes for
// the node that it must lead to. There a path of two edges is found at once.
func (m *matcher) aim(w *walk, match []uint32) error {
	if !w.closes && w.reach != nil || w.closes && (w.Max <= 2 || match[w.To] == w.target) {
		return nil
	}
	if w.reach == nil {
		w.reach = m.newReach(w)
		w.size += 12 * int64(m.g.nodes.Len())
	}
	if w.closes {
		w.reach.forget()
		w.target = match[w.To]
		return m.spread(w, []uint32{w.target})
	}
	var ends []uint32
	for id := range uint32(m.g.nodes.Len()) {
		if allows(m.masks[w.To], id) {
			ends = append(ends, id)
		}
	}
	return m.spread(w, ends)
}

func (m *matcher) newReach(w *walk) *reach {
	r := &reach{min: w.Min, max: w.Max}
	if w.Max <= maxSteps {
		r.steps = make([]uint64, m.g.nodes.Len())
		return r
	}
	r.least = make([]uint32, m.g.nodes.Len())
	for i := range r.least {
		r.least[i] = none
	}
	return r
}

// add says that a path of k edges leads from node to an end, and whether that says
// anything new.
func (r *reach) add(node uint32, k int) bool {
	if r.least != nil {
		if r.least[node] != none {
			return false
		}
		r.least[node] = uint32(k)
		r.seen = append(r.seen, node)
		return true
	}
	was := r.steps[node]
	if was == 0 {
		r.seen = append(r.seen, node)
	}
	r.steps[node] |= 1 << k
	return was != r.steps[node]
}

// forget makes r one without ends.
func (r *reach) forget() {
	for _, node := range r.seen {
		if r.least != nil {
			r.least[node] = none
		} else {
			r.steps[node] = 0
		}
	}
	r.seen = r.seen[:0]
}

// spread goes back from the ends, edge by edge.
func (m *matcher) spread(w *walk, level []uint32) error {
	back := &walk{GraphStep: w.GraphStep}
	back.Direction = opposite(w.Direction)
	for _, node := range level {
		w.reach.add(node, 0)
	}
	for k := 1; k <= w.Max && len(level) > 0; k++ {
		var next []uint32
		for _, node := range level {
			if k > 1 && !allows(m.inner[w.Edge], node) {
				continue
			}
			err := m.neighbours(back, node, func(_, to uint32) error {
				if w.reach.add(to, k) {
					next = append(next, to)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		level = next
	}
	return nil
}

// searched reports whether the pattern is one path whose shortest ones a search by
// breadth finds.
func (m *matcher) searched() bool {
	return (m.n.Shortest || m.n.ShortestAll) && m.plain && len(m.walks) == 1 && m.walks[0].path && m.walks[0].Min <= 1
}
