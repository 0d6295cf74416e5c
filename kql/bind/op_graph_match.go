package bind

import (
	"github.com/calypso-kql/calypso/kql/column"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// A graphMatch is a pattern being bound.
type graphMatch struct {
	n     *plan.GraphMatch
	outer *scope
	nodes *row
	edges *row
	vars  map[string]int
	first []int // of each path variable the first of its Paths
	base  int   // where Paths begin in the row of a match
	// inside says that the current row is a node or an edge of a path.
	inside bool
}

func (b *binder) graphMatch(sc *scope, in table, op *syntax.GraphMatchOp) table {
	n := &plan.GraphMatch{Input: in.node}
	switch b.paramOneOf(op.Params, "cycles", "unique_edges", "all", "none") {
	case "all":
		n.Cycles = plan.CyclesAll
	case "none":
		n.Cycles = plan.CyclesNone
	}
	return b.graphPattern(sc, in, n, op, op.Patterns, op.Where, op.Project)
}

func (b *binder) graphShortestPaths(sc *scope, in table, op *syntax.GraphShortestPathsOp) table {
	all := b.paramOneOf(op.Params, "output", "any", "all") == "all"
	n := &plan.GraphMatch{Input: in.node, Shortest: !all, ShortestAll: all}
	if len(op.Patterns) > 1 {
		b.report(notSupported(op.Patterns[1], "graph-shortest-paths with several patterns"))
	}
	return b.graphPattern(sc, in, n, op, op.Patterns, op.Where, op.Project)
}

func (b *binder) graphPattern(sc *scope, in table, n *plan.GraphMatch, op syntax.Operator, patterns []*syntax.GraphPattern, where syntax.Expr, project []*syntax.NamedExpr) table {
	m := &graphMatch{n: n, outer: sc.withoutRow(), vars: map[string]int{},
		nodes: &row{schema: plan.MatchNodes(in.node), open: in.open}, edges: &row{schema: in.schema(), open: in.open}}
	ok := true
	for _, p := range patterns {
		ok = b.graphSequence(m, p) && ok
	}
	if !ok {
		return unknownTable()
	}
	if !connected(n) {
		b.refuse(notSupported(op, "a pattern whose parts are not connected"))
		if !b.env.Strict {
			return unknownTable()
		}
	}
	inner := m.scope(sc)
	if where != nil {
		n.Cond = b.condition(inner, unnamed(where))
	}
	out := newColumns()
	for i, e := range project {
		v := b.scalar(inner, e.X)
		if len(e.Names) == 1 {
			out.declare(b, e.Names[0], e.Names[0].Name, v.expr, false)
		} else {
			b.addUnnamed(out, inner, e, v, styleProject, i)
		}
	}
	n.Exprs, n.Out = out.exprs, out.schema()
	t := in.unordered(n)
	return t
}

// graphSequence adds the nodes and edges of one sequence.
func (b *binder) graphSequence(m *graphMatch, p *syntax.GraphPattern) bool {
	from := -1
	var edge *syntax.GraphEdge
	ok := true
	for i, e := range p.Elems {
		switch e := e.(type) {
		case *syntax.GraphNode:
			if i%2 != 0 {
				b.report(notSupported(e, "a node here"))
				return false
			}
			at := b.graphNode(m, e)
			if edge != nil {
				ok = b.graphStep(m, edge, from, at) && ok
			}
			from = at
		case *syntax.GraphEdge:
			if i%2 != 1 || i == len(p.Elems)-1 {
				b.report(notSupported(e, "an edge here"))
				return false
			}
			edge = e
		}
	}
	return ok && from >= 0
}

// graphNode returns the variable of a node; a name that has come before is the
// same node.
func (b *binder) graphNode(m *graphMatch, e *syntax.GraphNode) int {
	name := ""
	if e.Name != nil {
		name = e.Name.Name
		if at, ok := m.vars[name]; ok {
			if m.n.Vars[at].Edge {
				b.report(alreadyDeclared(e.Name, name))
			}
			return at
		}
	}
	return m.add(plan.GraphVar{Name: name, Offset: m.base}, m.nodes.schema.Len())
}

// add adds a variable whose columns take width places.
func (m *graphMatch) add(v plan.GraphVar, width int) int {
	at := len(m.n.Vars)
	m.n.Vars = append(m.n.Vars, v)
	m.first = append(m.first, -1)
	m.base += width
	if v.Name != "" {
		m.vars[v.Name] = at
	}
	return at
}

func (b *binder) graphStep(m *graphMatch, e *syntax.GraphEdge, from, to int) bool {
	v := plan.GraphVar{Edge: true, Path: e.Min != nil, Offset: m.base}
	if e.Name != nil {
		v.Name = e.Name.Name
		if _, taken := m.vars[v.Name]; taken {
			b.report(alreadyDeclared(e.Name, v.Name))
			return false
		}
	}
	width := m.edges.schema.Len()
	st := plan.GraphStep{From: from, To: to, Direction: plan.GraphDirection(e.Direction), Min: 1, Max: 1}
	if v.Path {
		width = 0
		var ok bool
		if st.Min, ok = b.graphBound(m, e.Min); !ok {
			return false
		}
		if st.Max, ok = b.graphBound(m, e.Max); !ok {
			return false
		}
	}
	st.Edge = m.add(v, width)
	m.n.Steps = append(m.n.Steps, st)
	return true
}

// graphBound binds the least or greatest length of a path.
func (b *binder) graphBound(m *graphMatch, e syntax.Expr) (int, bool) {
	v := b.constant(m.outer, e, types.Int, types.Long)
	l, ok := v.expr.(*plan.Literal)
	if !ok || v.unknown() {
		return 0, false
	}
	if b.isPlaceholder(l) {
		return 1, true
	}
	n, ok := l.Value.(*column.Vec[int64])
	if !ok || n.Null(0) || n.Vals[0] < 0 || n.Vals[0] > maxPathLength {
		b.report(notSupported(e, "this length of a path"))
		return 0, false
	}
	return int(n.Vals[0]), true
}

// maxPathLength bounds the length of a path that a pattern may ask for.
const maxPathLength = 1 << 16

// connected reports whether the steps join all nodes of the pattern.
func connected(n *plan.GraphMatch) bool {
	in := make([]bool, len(n.Vars))
	in[0] = true
	for changed := true; changed; {
		changed = false
		for _, s := range n.Steps {
			if in[s.From] != in[s.To] {
				in[s.From], in[s.To], changed = true, true, true
			}
		}
	}
	for i, v := range n.Vars {
		if !v.Edge && !in[i] {
			return false
		}
	}
	return true
}

// scope returns the scope of the conditions: each variable is a name whose
// members are columns. Those of a path are arrays.
func (m *graphMatch) scope(sc *scope) *scope {
	c := sc.withoutRow()
	c.match = m
	for at, v := range m.n.Vars {
		r := &row{schema: m.nodes.schema, open: m.nodes.open, offset: v.Offset}
		switch {
		case v.Path:
			r = &row{open: m.edges.open, offset: m.base + len(m.n.Paths)}
			m.first[at] = len(m.n.Paths)
			for i, c := range m.edges.schema.Columns {
				m.n.Paths = append(m.n.Paths, plan.GraphPath{Var: at, Expr: columnAt(m.edges.schema, i)})
				r.schema.Columns = append(r.schema.Columns, types.Column{Name: c.Name, Type: types.Dynamic, Hidden: c.Hidden})
			}
		case v.Edge:
			r.schema, r.open = m.edges.schema, m.edges.open
		}
		if v.Name != "" {
			c.declare(v.Name, &symbol{row: r, step: true})
		}
	}
	return c
}
