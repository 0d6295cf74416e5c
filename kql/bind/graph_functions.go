package bind

import (
	"github.com/calypso-kql/calypso/kql/dynamic"
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// The functions of graphs, which stand in the conditions and the columns of
// graph-match and graph-shortest-paths.

// graphCall binds all(), any() and map() over a path; !ok if e is none of them.
func (b *binder) graphCall(sc *scope, e *syntax.CallExpr) (v value, ok bool) {
	m := sc.match
	p := plan.GraphPath{}
	switch e.Name.Name {
	case "node_degree_in", "node_degree_out", "node_id", "labels":
		return b.graphElement(sc, e), true
	case "map":
	case "all":
		p.Kind = plan.PathAll
	case "any":
		p.Kind = plan.PathAny
	default:
		return v, false
	}
	if m.inside {
		b.report(notSupported(e, e.Name.Name+" within another function of a path"))
		return unknownOf(p.Type()), true
	}
	if len(e.Args) != 2 {
		b.report(argumentCount(e, e.Name.Name, 2, 2))
		return unknownOf(p.Type()), true
	}
	over := unnamed(e.Args[0])
	if call, isCall := over.(*syntax.CallExpr); isCall && call.Name.Name == "inner_nodes" && len(call.Args) == 1 {
		p.Inner = true
		over = unnamed(call.Args[0])
	}
	id, isName := over.(*syntax.Ident)
	at, known := -1, false
	if isName {
		at, known = m.vars[id.Name]
	}
	if !known || !m.n.Vars[at].Path {
		b.report(notSupported(over, e.Name.Name+" over what is no edge of variable length"))
		return unknownOf(p.Type()), true
	}
	p.Var = at
	inner := m.outer.nested()
	inner.match, inner.row = &graphMatch{n: m.n, nodes: m.nodes, edges: m.edges, inside: true}, m.edges
	if p.Inner {
		inner.row = m.nodes
	}
	if p.Kind == plan.PathMap {
		p.Expr = b.scalar(inner, unnamed(e.Args[1])).expr
	} else {
		p.Expr = b.condition(inner, unnamed(e.Args[1]))
	}
	m.n.Paths = append(m.n.Paths, p)
	return value{expr: &plan.Column{Index: m.base + len(m.n.Paths) - 1, Name: e.Name.Name + "(…)", Typ: p.Type()}}, true
}

// graphElement binds node_degree_in(), node_degree_out(), node_id() and labels():
// of the node or edge that the argument names or, without one, of the node that
// all(), any() and map() are at.
func (b *binder) graphElement(sc *scope, e *syntax.CallExpr) value {
	name, m := e.Name.Name, sc.match
	out := map[string]types.Type{"labels": types.Dynamic, "node_id": types.String}[name]
	if out == types.Unknown {
		out = types.Long
	}
	r := sc.row
	switch {
	case len(e.Args) > 1 || len(e.Args) == 0 && !m.inside:
		b.report(argumentCount(e, name, 1, 1))
		return unknownOf(out)
	case len(e.Args) == 1:
		var ok bool
		if r, ok = b.graphVariable(sc, unnamed(e.Args[0])); !ok {
			return unknownOf(out)
		}
	}
	if name == "labels" {
		// Only stored graphs, of which there are none, give nodes labels.
		var none dynamic.ArrayBuilder
		return constOf(types.Dynamic, none.Value())
	}
	i := -1
	if r != nil {
		i = r.schema.Index(map[string]string{"node_degree_in": "$in", "node_degree_out": "$out", "node_id": "$id"}[name])
	}
	if i < 0 {
		b.refuse(notSupported(e, name+"() of what is no node"))
		return unknownOf(out)
	}
	c := r.schema.Columns[i]
	return b.convert(e, value{expr: &plan.Column{Index: r.offset + i, Name: name, Typ: c.Type}}, out)
}

// graphVariable returns the columns of the node or edge that e names.
func (b *binder) graphVariable(sc *scope, e syntax.Expr) (*row, bool) {
	id, ok := e.(*syntax.Ident)
	if !ok {
		b.report(notSupported(e, "what is no node or edge of the pattern, here"))
		return nil, false
	}
	sym, ok := sc.lookup(id.Name)
	if !ok || sym.row == nil || !sym.step {
		b.report(unknownName(e, id.Name, "node or edge", nil))
		return nil, false
	}
	b.used(id, sym)
	return sym.row, true
}
