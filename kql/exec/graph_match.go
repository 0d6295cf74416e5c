package exec

import (
	"context"
	"slices"

	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
)

// buildGraphMatch finds matches step by step: each step follows an edge of the
// pattern from the nodes that are known already. Conditions on a single node or
// edge are computed for the whole graph first, and others as soon as all that they
// read is known.
//
// Source: the Kusto documentation, "graph-match operator".
func (q *query) buildGraphMatch(n *plan.GraphMatch) (*flow, error) {
	return q.overGraph(n, func(ctx context.Context, g *graph) ([]*column.Batch, error) {
		m := &matcher{q: q, ctx: ctx, n: n, g: g.forMatch(), lease: q.lease("Graph"), stride: len(n.Vars)}
		defer m.lease.release()
		if err := m.prepare(); err != nil {
			return nil, err
		}
		if err := m.run(); err != nil {
			return nil, err
		}
		if n.Shortest || n.ShortestAll {
			m.shortest()
		}
		return m.output()
	}), nil
}

// unbound marks a variable of a match that is not known yet.
const unbound = none

// A matcher looks for one pattern in one graph. A match is a number for each
// variable: of a node, an edge or a path.
type matcher struct {
	q      *query
	ctx    context.Context
	n      *plan.GraphMatch
	g      *graph
	lease  *lease
	stride int
	rows   []uint32   // the matches so far, one behind the other
	paths  [][]uint32 // the edges of each path, from the left of the pattern
	bytes  int64
	bound  []bool // variables known in rows
	ends   [2]int // first and last node of the pattern

	masks [][]bool // of each variable: the nodes or edges that it may be; nil for all
	conds []matchCond
	// plain says that conditions on paths are all masks.
	plain bool
}

// A matchCond is a condition on several variables.
type matchCond struct {
	cond  plan.Expr
	reads []int // variables
	done  bool
}

func (m *matcher) prepare() error {
	m.masks, m.bound, m.plain = make([][]bool, m.stride), make([]bool, m.stride), true
	if len(m.n.Steps) > 0 {
		m.ends = [2]int{m.n.Steps[0].From, m.n.Steps[len(m.n.Steps)-1].To}
	}
	if m.n.Cond == nil {
		return nil
	}
	conds := []plan.Expr{m.n.Cond}
	if and, ok := m.n.Cond.(*plan.And); ok {
		conds = and.Args
	}
	for _, c := range conds {
		done, err := m.mask(c)
		if err != nil {
			return err
		}
		if !done {
			reads := m.varsOf(c)
			for _, v := range reads {
				m.plain = m.plain && !m.n.Vars[v].Path
			}
			m.conds = append(m.conds, matchCond{cond: c, reads: reads})
		}
	}
	return nil
}

// varsOf returns the variables that e reads.
func (m *matcher) varsOf(e plan.Expr) []int {
	var out []int
	plan.WalkExpr(e, func(e plan.Expr) bool {
		if c, ok := e.(*plan.Column); ok {
			if v, _ := m.place(c.Index); !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		return true
	})
	return out
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

// mask computes a condition on one node or edge, or on every edge of a path, for
// the whole graph; !done if cond is another.
func (m *matcher) mask(cond plan.Expr) (done bool, err error) {
	vars := m.varsOf(cond)
	if len(vars) != 1 {
		return false, nil
	}
	v := vars[0]
	if m.n.Vars[v].Path {
		c, ok := cond.(*plan.Column)
		if !ok {
			return false, nil
		}
		_, at := m.place(c.Index)
		if p := m.n.Paths[at]; p.Kind == plan.PathAll && !p.Inner {
			return true, m.restrict(v, p.Expr)
		}
		return false, nil
	}
	offset := m.n.Vars[v].Offset
	return true, m.restrict(v, plan.Rewrite(cond, func(e plan.Expr) plan.Expr {
		if c, ok := e.(*plan.Column); ok {
			return &plan.Column{Index: c.Index - offset, Name: c.Name, Typ: c.Typ}
		}
		return e
	}))
}

// restrict lets variable v be only what fulfils cond.
func (m *matcher) restrict(v int, cond plan.Expr) error {
	b := m.properties(v)
	if b.Len() == 0 {
		return nil
	}
	kept, err := newCompiler(m.q).selector(cond).rows(b)
	if err != nil || kept.all {
		return err
	}
	mask := make([]bool, b.Len())
	for _, r := range kept.rows {
		mask[r] = m.masks[v] == nil || m.masks[v][r]
	}
	m.masks[v] = mask
	return nil
}

func (m *matcher) may(v int, id uint32) bool { return m.masks[v] == nil || m.masks[v][id] }

// run binds the variables: a first node, and then step by step its neighbours.
func (m *matcher) run() error {
	first := m.first()
	for id := range uint32(m.g.nodes.Len()) {
		if m.may(first, id) {
			for v := range m.stride {
				if v == first {
					m.rows = append(m.rows, id)
				} else {
					m.rows = append(m.rows, unbound)
				}
			}
		}
	}
	m.bound[first] = true
	if err := m.filter(); err != nil {
		return err
	}
	left := slices.Clone(m.n.Steps)
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(s plan.GraphStep) bool { return m.bound[s.From] || m.bound[s.To] })
		if i < 0 {
			return errPattern
		}
		if err := m.step(left[i]); err != nil {
			return err
		}
		left = slices.Delete(left, i, i+1)
		if err := m.filter(); err != nil {
			return err
		}
	}
	return nil
}

// first chooses the node to begin with: that which the fewest nodes of the graph
// may be; the leftmost of equals.
func (m *matcher) first() int {
	best, least := 0, -1
	for v, x := range m.n.Vars {
		if x.Edge {
			continue
		}
		n := m.g.nodes.Len()
		if m.masks[v] != nil {
			n = 0
			for _, ok := range m.masks[v] {
				n += bit(ok)
			}
		}
		if least < 0 || n < least {
			best, least = v, n
		}
	}
	return best
}

// filter applies the conditions all of whose variables are known.
func (m *matcher) filter() error {
	for i := range m.conds {
		c := &m.conds[i]
		if c.done || slices.ContainsFunc(c.reads, func(v int) bool { return !m.bound[v] }) {
			continue
		}
		c.done = true
		n := len(m.rows) / m.stride
		if n == 0 {
			continue
		}
		b, err := m.batch([]plan.Expr{c.cond}, n)
		if err != nil {
			return err
		}
		kept, err := newCompiler(m.q).selector(c.cond).rows(b)
		if err != nil {
			return err
		}
		if kept.all {
			continue
		}
		out := m.rows[:0]
		for _, r := range kept.rows {
			out = append(out, m.rows[int(r)*m.stride:int(r+1)*m.stride]...)
		}
		m.rows = out
	}
	return m.pay()
}

// pay counts the matches and paths against the memory of the query.
func (m *matcher) pay() error {
	size := 4*int64(len(m.rows)) + 24*int64(len(m.paths)) + m.bytes
	return m.lease.set(size)
}

// output computes the projected columns.
func (m *matcher) output() ([]*column.Batch, error) {
	n := len(m.rows) / m.stride
	if n == 0 {
		return nil, nil
	}
	b, err := m.batch(m.n.Exprs, n)
	if err != nil {
		return nil, err
	}
	cols, err := evalAll(newCompiler(m.q).all(m.n.Exprs), b)
	if err != nil {
		return nil, err
	}
	return []*column.Batch{column.NewBatch(n, cols)}, nil
}
