package exec

import (
	"iter"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/types"
)

// A pathTree keeps paths that begin alike once. A path is a number: 0 is the one
// without edges.
type pathTree struct {
	up, edge []uint32 // of each path: the path before its last edge, and that edge
}

func newPathTree() *pathTree { return &pathTree{up: []uint32{0}, edge: []uint32{none}} }

// add returns the path up with an edge more.
func (t *pathTree) add(up, edge uint32) uint32 {
	t.up, t.edge = append(t.up, up), append(t.edge, edge)
	return uint32(len(t.up) - 1)
}

func (t *pathTree) len() uint32 { return uint32(len(t.up)) }

// cut forgets all paths but the first n.
func (t *pathTree) cut(n uint32) { t.up, t.edge = t.up[:n], t.edge[:n] }

func (t *pathTree) size() int64 { return 8 * int64(cap(t.up)) }

// edges yields the edges of a path, the last one first.
func (t *pathTree) edges(path uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for ; path != 0 && yield(t.edge[path]); path = t.up[path] {
		}
	}
}

func (t *pathTree) length(path uint32) int {
	n := 0
	for range t.edges(path) {
		n++
	}
	return n
}

// edgesOf yields the edges that variable x has in a match, where it is id.
func (m *matcher) edgesOf(x plan.GraphVar, id uint32) iter.Seq[uint32] {
	switch {
	case x.Path:
		return m.paths.edges(id)
	case x.Edge:
		return func(yield func(uint32) bool) { yield(id) }
	}
	return func(func(uint32) bool) {}
}

// place returns the variable that column i of a match's row belongs to, and the
// position among its columns; for a path, the position in Paths.
func (m *matcher) place(i int) (v, at int) {
	if p := i - m.pathBase(); p >= 0 {
		return m.n.Paths[p].Var, p
	}
	for v, x := range m.n.Vars {
		if !x.Path && i >= x.Offset && i < x.Offset+m.properties(v).Width() {
			return v, i - x.Offset
		}
	}
	return 0, 0
}

// pathBase returns where the paths begin in a match's row.
func (m *matcher) pathBase() int {
	n := 0
	for v, x := range m.n.Vars {
		if !x.Path {
			n += m.properties(v).Width()
		}
	}
	return n
}

func (m *matcher) properties(v int) *column.Batch {
	if m.n.Vars[v].Edge {
		return m.g.edges
	}
	return m.g.nodes
}

// batch returns the rows of matches, with the columns given.
func (m *matcher) batch(reads []int, rows []uint32) (*column.Batch, error) {
	n := len(rows) / m.stride
	base := m.pathBase()
	cols := make([]column.Column, base+len(m.n.Paths))
	ids := make([][]uint32, m.stride)
	for _, i := range reads {
		v, at := m.place(i)
		if i >= base {
			c, err := m.pathColumn(at, rows)
			if err != nil {
				return nil, err
			}
			cols[i] = c
			continue
		}
		if ids[v] == nil {
			ids[v] = make([]uint32, n)
			for r := range ids[v] {
				ids[v][r] = rows[r*m.stride+v]
			}
		}
		cols[i] = column.Gather(m.properties(v).Raw(at), ids[v])
	}
	return column.NewBatch(n, cols), nil
}

// pathColumn computes the value at of the pattern's Paths, for the path of each match.
func (m *matcher) pathColumn(at int, rows []uint32) (column.Column, error) {
	p := m.n.Paths[at]
	if err := m.read(at); err != nil {
		return nil, err
	}
	n, vals := len(rows)/m.stride, m.values[at]
	var elems []uint32
	if p.Kind == plan.PathMap {
		var a dynamic.ArrayBuilder
		out := make([]dynamic.Value, n)
		var write func(*dynamic.ArrayBuilder, int)
		if vals != nil {
			write = elementWriter(vals)
		}
		for i := range out {
			a.Reset()
			elems = m.elements(p, rows[i*m.stride:], elems[:0])
			for _, e := range elems {
				write(&a, int(e))
			}
			out[i] = a.Value()
		}
		return column.NewVec(types.Dynamic, out, nil), nil
	}
	out := make([]bool, n)
	is := func(e uint32) bool { return !vals.Null(int(e)) && vals.(*column.Vec[bool]).Vals[e] }
	for i := range out {
		elems = m.elements(p, rows[i*m.stride:], elems[:0])
		if p.Kind == plan.PathAny {
			out[i] = slices.ContainsFunc(elems, is)
		} else {
			out[i] = !slices.ContainsFunc(elems, func(e uint32) bool { return !is(e) })
		}
	}
	return column.NewVec(types.Bool, out, nil), nil
}

// read computes the value at of Paths for every edge or node of the graph, once.
func (m *matcher) read(at int) error {
	p := m.n.Paths[at]
	b := m.g.edges
	if p.Inner {
		b = m.g.nodes
	}
	if b.Len() == 0 || m.values[at] != nil {
		return nil
	}
	c, err := newCompiler(m.q).compile(p.Expr).eval(b)
	if err == nil {
		m.values[at] = column.Flat(c)
	}
	return err
}

// elements appends the edges or the inner nodes of the path of a match to out, from
// the left of the pattern to the right.
func (m *matcher) elements(p plan.GraphPath, match, out []uint32) []uint32 {
	i := slices.IndexFunc(m.walks, func(w *walk) bool { return w.Edge == p.Var })
	w := m.walks[i]
	out = slices.AppendSeq(out, m.paths.edges(match[w.Edge]))
	if !w.back {
		slices.Reverse(out)
	}
	if !p.Inner {
		return out
	}
	node := match[w.From]
	if w.back {
		node = match[w.To]
	}
	for i, e := range out {
		if m.g.source[e] == node {
			node = m.g.target[e]
		} else {
			node = m.g.source[e]
		}
		out[i] = node
	}
	return out[:max(0, len(out)-1)]
}
