package bind

import (
	"github.com/calypso-kql/calypso/kql/plan"
	"github.com/calypso-kql/calypso/kql/syntax"
	"github.com/calypso-kql/calypso/kql/types"
)

// graphValue binds a variable of a pattern that stands for itself: a node or an
// edge is a property bag of its columns, a path is an array of its edges.
func (b *binder) graphValue(m *graphMatch, e *syntax.Ident) entity {
	at, ok := m.vars[e.Name]
	if !ok {
		return ofValue(unknownOf(types.Dynamic))
	}
	v := m.n.Vars[at]
	inner := m.outer.nested()
	switch {
	case v.Path:
		inner.row = m.edges
	case v.Edge:
		inner.row = &row{schema: m.edges.schema, offset: v.Offset}
	default:
		inner.row = &row{schema: m.nodes.schema, offset: v.Offset}
	}
	bag := b.bagOf(e, b.namedColumns(inner, e, nil))
	if !v.Path {
		return ofValue(bag)
	}
	p := plan.GraphPath{Var: at, Expr: bag.expr}
	m.n.Paths = append(m.n.Paths, p)
	return ofValue(value{expr: &plan.Column{Index: m.base + len(m.n.Paths) - 1, Name: e.Name, Typ: p.Type()}})
}
