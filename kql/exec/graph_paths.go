package exec

import (
	"errors"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// errPattern is a pattern that the binder should not have let pass.
var errPattern = errors.New("graph-match: the parts of the pattern are not connected")

// A walk is a step of a pattern as it is followed: from the end that is known.
type walk struct {
	plan.GraphStep
	back   bool // from the right to the left
	closes bool // both ends are known
}

// step follows one edge of the pattern in all matches.
func (m *matcher) step(s plan.GraphStep) error {
	w := &walk{GraphStep: s, closes: m.bound[s.From] && m.bound[s.To]}
	if !m.bound[s.From] {
		w.back = true
		w.From, w.To = s.To, s.From
		switch s.Direction {
		case plan.GraphForward:
			w.Direction = plan.GraphBackward
		case plan.GraphBackward:
			w.Direction = plan.GraphForward
		}
	}
	if m.g.undirected {
		w.Direction = plan.GraphEither
	}
	if w.closes && m.n.Cycles == plan.CyclesNone {
		m.rows = nil // an edge between nodes that are joined already closes a cycle
	}
	shortest := (m.n.Shortest || m.n.ShortestAll) && m.plain && len(m.n.Steps) == 1 && s.Min <= 1 && m.n.Vars[s.Edge].Path
	var out []uint32
	for at := 0; at < len(m.rows); at += m.stride {
		if at/m.stride&1023 == 0 {
			if err := m.ctx.Err(); err != nil {
				return err
			}
		}
		match := m.rows[at : at+m.stride]
		emit := func(edge, to uint32) error {
			out = append(out, match...)
			added := out[len(out)-m.stride:]
			added[s.Edge], added[w.To] = edge, to
			if len(out)&(1<<16-1) < m.stride {
				return m.lease.set(4*int64(len(m.rows)+len(out)) + 24*int64(len(m.paths)) + m.bytes)
			}
			return nil
		}
		var err error
		switch {
		case shortest:
			err = m.nearest(w, match, emit)
		case m.n.Vars[s.Edge].Path:
			err = m.follow(w, match, match[w.From], nil, emit)
		default:
			err = m.neighbours(w, match[w.From], func(edge, to uint32) error {
				if m.repeats(match, edge, to, nil, match[w.From]) || !m.arrives(w, match, to) {
					return nil
				}
				return emit(edge, to)
			})
		}
		if err != nil {
			return err
		}
	}
	m.rows = out
	m.bound[s.Edge], m.bound[s.From], m.bound[s.To] = true, true, true
	return nil
}

// neighbours calls f for each edge at node that the step may take.
func (m *matcher) neighbours(w *walk, node uint32, f func(edge, to uint32) error) error {
	if w.Direction != plan.GraphBackward {
		for _, e := range m.g.out.at(node) {
			if m.may(w.Edge, e) {
				if err := f(e, m.g.target[e]); err != nil {
					return err
				}
			}
		}
	}
	if w.Direction != plan.GraphForward {
		for _, e := range m.g.in.at(node) {
			loop := m.g.source[e] == node && w.Direction == plan.GraphEither // came up above
			if !loop && m.may(w.Edge, e) {
				if err := f(e, m.g.source[e]); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// arrives reports whether the step may end at node to.
func (m *matcher) arrives(w *walk, match []uint32, to uint32) bool {
	if w.closes {
		return match[w.To] == to
	}
	return m.may(w.To, to)
}

// repeats reports whether taking edge to node to, after the edges of path, makes a
// cycle that the pattern does not want.
func (m *matcher) repeats(match []uint32, edge, to uint32, path []uint32, from uint32) bool {
	switch m.n.Cycles {
	case plan.CyclesAll:
		return false
	case plan.CyclesUniqueEdges:
		if slices.Contains(path, edge) {
			return true
		}
		for v, x := range m.n.Vars {
			if !x.Edge || match[v] == unbound {
				continue
			}
			if x.Path && slices.Contains(m.paths[match[v]], edge) || !x.Path && match[v] == edge {
				return true
			}
		}
		return false
	}
	return m.visited(match, to, path, from)
}

// visited reports whether node is in the match already, or on path, which begins
// at from.
func (m *matcher) visited(match []uint32, node uint32, path []uint32, from uint32) bool {
	if node == from {
		return true
	}
	onPath := func(edges []uint32) bool {
		return slices.ContainsFunc(edges, func(e uint32) bool { return m.g.source[e] == node || m.g.target[e] == node })
	}
	if onPath(path) {
		return true
	}
	for v, x := range m.n.Vars {
		switch {
		case match[v] == unbound:
		case !x.Edge && match[v] == node:
			return true
		case x.Path && onPath(m.paths[match[v]]):
			return true
		}
	}
	return false
}

// follow calls emit for each path of the step that goes on from node after the
// edges of path.
func (m *matcher) follow(w *walk, match []uint32, node uint32, path []uint32, emit func(edge, to uint32) error) error {
	if len(path) >= w.Min && m.arrives(w, match, node) {
		if err := emit(m.keep(path, w.back), node); err != nil {
			return err
		}
	}
	if len(path) == w.Max {
		return nil
	}
	return m.neighbours(w, node, func(edge, to uint32) error {
		if m.repeats(match, edge, to, path, match[w.From]) {
			return nil
		}
		if err := m.ctx.Err(); err != nil {
			return err
		}
		return m.follow(w, match, to, append(path, edge), emit)
	})
}

// keep numbers a path.
func (m *matcher) keep(path []uint32, back bool) uint32 {
	p := slices.Clone(path)
	if back {
		slices.Reverse(p)
	}
	m.paths = append(m.paths, p)
	m.bytes += 4 * int64(len(p))
	return uint32(len(m.paths) - 1)
}

// inner returns the nodes between the edges of a path that begins at node from.
func (m *matcher) inner(path []uint32, from uint32) []uint32 {
	var out []uint32
	for _, e := range path[:max(0, len(path)-1)] {
		if m.g.source[e] == from {
			from = m.g.target[e]
		} else {
			from = m.g.source[e]
		}
		out = append(out, from)
	}
	return out
}

// batch returns the rows of the matches, with the columns that exprs read.
func (m *matcher) batch(exprs []plan.Expr, n int) (*column.Batch, error) {
	base := m.pathBase()
	cols := make([]column.Column, base+len(m.n.Paths))
	set := map[int]bool{}
	for _, e := range newCompiler(m.q).all(exprs) {
		e.columns(set)
	}
	ids := make([][]uint32, m.stride)
	for i := range set {
		v, at := m.place(i)
		if ids[v] == nil {
			ids[v] = make([]uint32, n)
			for r := range ids[v] {
				ids[v][r] = m.rows[r*m.stride+v]
			}
		}
		if i < base {
			cols[i] = column.Gather(m.properties(v).Raw(at), ids[v])
			continue
		}
		c, err := m.pathColumn(m.n.Paths[at], ids[v])
		if err != nil {
			return nil, err
		}
		cols[i] = c
	}
	return column.NewBatch(n, cols), nil
}

// pathColumn computes a value of the paths given, one of each match.
func (m *matcher) pathColumn(p plan.GraphPath, paths []uint32) (column.Column, error) {
	b := m.g.edges
	if p.Inner {
		b = m.g.nodes
	}
	of, err := m.elements(p, paths)
	if err != nil {
		return nil, err
	}
	var vals column.Column
	if b.Len() > 0 {
		if vals, err = newCompiler(m.q).compile(p.Expr).eval(b); err != nil {
			return nil, err
		}
		vals = column.Flat(vals)
	}
	if p.Kind == plan.PathMap {
		var a dynamic.ArrayBuilder
		out := make([]dynamic.Value, len(paths))
		var write func(*dynamic.ArrayBuilder, int)
		if vals != nil {
			write = elementWriter(vals)
		}
		for i, elems := range of {
			a.Reset()
			for _, e := range elems {
				write(&a, int(e))
			}
			out[i] = a.Value()
		}
		return column.NewVec(types.Dynamic, out, nil), nil
	}
	out := make([]bool, len(paths))
	for i, elems := range of {
		is := func(e uint32) bool { return !vals.Null(int(e)) && vals.(*column.Vec[bool]).Vals[e] }
		if p.Kind == plan.PathAny {
			out[i] = slices.ContainsFunc(elems, is)
		} else {
			out[i] = !slices.ContainsFunc(elems, func(e uint32) bool { return !is(e) })
		}
	}
	return column.NewVec(types.Bool, out, nil), nil
}

// elements returns the edges or the inner nodes of the path of each match.
func (m *matcher) elements(p plan.GraphPath, paths []uint32) ([][]uint32, error) {
	out := make([][]uint32, len(paths))
	left := -1
	for _, s := range m.n.Steps {
		if s.Edge == p.Var {
			left = s.From
		}
	}
	if left < 0 {
		return nil, errPattern
	}
	for i, id := range paths {
		out[i] = m.paths[id]
		if p.Inner {
			out[i] = m.inner(m.paths[id], m.rows[i*m.stride+left])
		}
	}
	return out, nil
}
